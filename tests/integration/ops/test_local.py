"""`--local`: the operator's commands about what `make dev` runs, by what it notes of itself and nothing else of the environment."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from billing.release import NEWEST
from local.children import ROOT
from local.ports import Ports, variable
from local.state_file import STATE, write_state
from ops import deployment
from ops.__main__ import parser
from ops.deployment import NotSetUp
from tests.support.people import Person
from tests.support.processes import wait_for

Told = subprocess.CompletedProcess[str]
ELSEWHERE = {"AWS_PROFILE": "prod", "AWS_REGION": "eu-west-1", "STRIPE_SECRET_KEY": "sk_" + "live_" + "1234567890"}
"""What somebody may have set who looks after a real deployment too."""


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`make dev` with a state folder of its own: that folder."""
    folder = tmp_path_factory.mktemp("state")
    host = {name: value for name, value in os.environ.items() if not name.startswith("STRIPE_")}
    ports = {variable(name): str(port) for name, port in asdict(Ports.free()).items()}
    command = [sys.executable, "-m", "local", "--quiet", "--state", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, env=host | ports, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: (folder / "state.json").exists() or process.poll() is not None)
        yield folder
    finally:
        process.send_signal(signal.SIGTERM)  # what it started ends with it
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


@pytest.fixture(scope="module")
def ops(dev: Path) -> Callable[..., Told]:
    def run(*arguments: str) -> Told:
        kept = {"PATH": os.environ["PATH"], **ELSEWHERE}
        command = [sys.executable, "-m", "ops", *arguments, "--local-state", str(dev)]
        return subprocess.run(command, env=kept, cwd=ROOT, text=True, check=False, capture_output=True, timeout=120)

    return run


@pytest.fixture(scope="module")
def ada(dev: Path) -> Person:
    state: dict[str, Any] = json.loads((dev / "state.json").read_text())
    stack = SimpleNamespace(
        config=state["config"],
        api_url=state["apiUrl"],
        aws_url=state["awsUrl"],
        stripe_url=state["stripeUrl"],
        stripe=SimpleNamespace(api_version=NEWEST),
    )
    person = Person(cast(Any, stack), "ada@example.com")
    person.subscribe("basic_monthly")
    return person


def test_a_person_is_explained(ops: Callable[..., Told], ada: Person) -> None:
    told = ops("explain", ada.email)
    assert (told.returncode, told.stderr) == (0, "")
    assert "(basic_monthly) is active, its latest invoice paid: grants" in told.stdout
    assert "it is complete." in told.stdout


def test_a_reader_that_stops_early_hears_nothing_of_it(dev: Path, ada: Person) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "ops", "explain", ada.email, "--json", "--local-state", str(dev)]
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("line", ["reconcile --drift", "catalog plan", "webhooks list", "replay --since 1h", "backfill", "doctor"])
def test_every_other_look_is_about_it_too(ops: Callable[..., Told], ada: Person, line: str) -> None:
    told = ops(*line.split(" "))
    assert told.returncode == 0, (told.stdout, told.stderr)


def test_what_is_to_be_typed_names_it(ops: Callable[..., Told], dev: Path) -> None:
    todos = [each["todo"] for each in json.loads(ops("doctor", "--json").stdout)["findings"]]
    assert f".venv/bin/python -m ops secrets set stripe-key --local-state {dev}" in " ".join(todos)


def test_no_stack_runs_here(tmp_path: Path) -> None:
    for state in (None, {"awsUrl": "http://127.0.0.1:1"}):
        if state:
            write_state(state, tmp_path)
        with pytest.raises(NotSetUp, match="start one with make dev"):
            deployment.use(tmp_path, {})


def test_for_make_dev_itself_no_folder_is_named() -> None:
    assert parser().parse_args(["doctor", "--local"]).stage == STATE
    assert parser().parse_args(["doctor", "--stage", "dev"]).stage == "dev"
    with pytest.raises(SystemExit):
        parser().parse_args(["doctor", "--stage", "prod", "--local"])


def test_a_stage_asked_of_a_stack_on_this_machine_says_what_to_do(dev: Path) -> None:
    state = json.loads((dev / "state.json").read_text())
    settings = {"AWS_ENDPOINT_URL": state["awsUrl"], "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    command = [sys.executable, "-m", "ops", "doctor", "--stage", "dev"]
    told = subprocess.run(command, env=settings | {"PATH": os.environ["PATH"]}, cwd=ROOT, text=True, check=False, capture_output=True)
    assert (told.returncode, told.stdout) == (1, "")
    assert "Traceback" not in told.stderr
    assert "--local" in told.stderr
