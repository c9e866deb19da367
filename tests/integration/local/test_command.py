"""`python -m local` as a process: what it says, and that nothing of it outlives it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from local.http_server import listen
from local.ports import HOST, Ports, variable
from tests.integration.local.support import FIXTURE, call
from tests.support.processes import alive, descendants, kill, wait_for

ROOT = Path(__file__).parents[3]


class Running:
    """A stack in a process of its own, ready, with a function's worker started."""

    def __init__(self, process: subprocess.Popen[str], state: Path) -> None:
        addresses = json.loads((state / "state.json").read_text())
        self.state = state
        self.process = process
        self.addresses = addresses
        assert call(f"{addresses['apiUrl']}/do", "POST", {"do": "state"}).status == 200
        self.family = descendants(process.pid)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=10)


Launch = Callable[..., Running]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    started: list[subprocess.Popen[str]] = []

    def start(*command: str, template: Path = FIXTURE / "template.yaml") -> Running:
        ready = tmp_path / "state.json"
        process = subprocess.Popen(
            [*command, sys.executable, "-m", "local", "--without-stripe", "--template", str(template), "--state", str(tmp_path)],
            cwd=ROOT,
            env=environment(Ports.free()),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        wait_for(lambda: ready.exists() or process.poll() is not None)
        assert ready.exists(), process.stdout and process.stdout.read()
        return Running(process, tmp_path)

    yield start
    for process in started:
        kill([*descendants(process.pid), process.pid])
        process.wait()
        assert process.stdout
        process.stdout.close()


def environment(ports: Ports) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STRIPE_")}
    return kept | {variable(name): str(port) for name, port in asdict(ports).items()}


def run(*arguments: str, ports: Ports | None = None, variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """For starts that fail."""
    command = [sys.executable, "-m", "local", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(ports or Ports.free()) | (variables or {}), capture_output=True, text=True, timeout=30
    )


def test_it_says_where_the_site_is_and_what_to_do(launch: Launch) -> None:
    running = launch()
    assert running.process.stdout
    running.end(signal.SIGINT)
    said = running.process.stdout.read()
    for words in (running.addresses["siteUrl"], "4242 4242 4242 4242", "123456", "Ctrl-C"):
        assert words in said
    assert "Traceback" not in said


def invoke(running: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local.invoke", "--state", str(running.state), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)


def test_functions_can_be_invoked_from_another_terminal_while_it_runs(launch: Launch) -> None:
    running = launch()
    answered = invoke(running, "NightlyFunction", '{"do": "return", "value": {"a": 1}}')
    assert (answered.returncode, json.loads(answered.stdout)) == (0, {"a": 1})
    failed = invoke(running, "NightlyFunction", '{"do": "raise", "message": "no"}')
    assert (failed.returncode, json.loads(failed.stdout)["errorMessage"]) == (1, "no")
    unknown = invoke(running, "NobodyFunction").stderr
    assert unknown.startswith("Function not found: NobodyFunction; there are ")
    assert "NightlyFunction" in unknown
    assert "the event is not JSON" in invoke(running, "NightlyFunction", "{").stderr
    running.end(signal.SIGTERM)
    assert "no stack runs here" in invoke(running, "NightlyFunction").stderr


def test_an_edited_template_is_pointed_out(launch: Launch, tmp_path: Path) -> None:
    shutil.copytree(FIXTURE, tmp_path / "project")
    template = tmp_path / "project" / "template.yaml"
    running = launch(template=template)
    assert running.process.stdout
    template.write_text(template.read_text() + "\n# edited\n")
    for line in running.process.stdout:
        if "template.yaml has changed: start again to use it" in line:
            break
    else:
        pytest.fail("it ended without a word")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_whatever_ends_it_ends_all_of_it(launch: Launch, number: int) -> None:
    running = launch()
    assert len(running.family) >= 2, "AWS and one worker"
    running.end(number)
    wait_for(lambda: not any(alive(pid) for pid in running.family))
    listen(HOST, int(running.addresses["apiUrl"].rpartition(":")[2])).close()


def test_it_ends_with_its_parent(launch: Launch) -> None:
    running = launch("/bin/sh", "-c", '"$@"; true', "sh")
    wait_for(lambda: bool(descendants(running.process.pid)))
    family = descendants(running.process.pid)
    running.process.kill()
    wait_for(lambda: not any(alive(pid) for pid in family))


def test_if_a_part_dies_it_says_so_and_ends(launch: Launch) -> None:
    running = launch()
    aws = next(pid for pid in running.family if "local.aws" in command_of(pid))
    os.kill(aws, signal.SIGKILL)
    assert running.process.wait(timeout=10) == 1
    assert running.process.stdout
    assert "AWS has ended" in running.process.stdout.read()
    wait_for(lambda: not any(alive(pid) for pid in running.family))


def command_of(pid: int) -> str:
    return subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", ["site", "api", "webhook", "stripe", "aws"])
def test_a_taken_port_is_one_line_and_nothing_is_started(name: str) -> None:
    ports = Ports.free()
    port = getattr(ports, name)
    holder = listen(HOST, port)
    failed = run(ports=ports)
    holder.close()
    lines = failed.stderr.splitlines()
    assert (failed.returncode, len(lines), failed.stdout) == (1, 1, "")
    assert f"port {port} ({variable(name)}) is taken" in lines[0]
    if Path("/proc/net/tcp").exists():
        assert f"pid {os.getpid()}" in lines[0]


@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"])
def test_a_live_key_is_refused_in_one_line_that_does_not_repeat_it(name: str) -> None:
    key = f"{'sk' if 'SECRET' in name else 'pk'}_live_0123456789"
    failed = run(variables={name: key})
    assert failed.returncode == 1
    assert failed.stderr.strip() == f"{name} is a live key: the local stack works with test keys only"


def test_a_template_that_cannot_be_understood_is_one_line(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources:\n  Topic:\n    Type: AWS::Serverless::Api\n")
    failed = run("--without-stripe", "--template", str(template))
    assert failed.returncode == 1
    assert failed.stderr.strip().startswith("template.yaml:3: Resources.Topic: the local stack does not run AWS::Serverless::Api")


def test_a_port_that_is_none() -> None:
    failed = subprocess.run(
        [sys.executable, "-m", "local"], cwd=ROOT, env=os.environ | {"API_PORT": "http"}, capture_output=True, text=True, timeout=30
    )
    assert (failed.returncode, failed.stderr.strip()) == (1, "API_PORT=http is not a port")
