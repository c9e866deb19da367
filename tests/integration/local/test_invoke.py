"""`make invoke` and `python -m local.events` as commands, with a stack and without one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import events, invoke
from local.fake_stripe.webhooks.signing import signature_header

ROOT = Path(__file__).parents[3]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    host = {name: value for name, value in os.environ.items() if not name.startswith("STRIPE_")}
    return subprocess.run(command, cwd=ROOT, env=host | environment, capture_output=True, text=True, timeout=60, check=False)


def shipped(*arguments: str, state: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "local.events", "--state", str(state), *arguments, **environment)


@pytest.fixture
def nobody(tmp_path: Path) -> Path:
    """A state folder in which no stack has written anything."""
    return tmp_path


def test_without_a_stack_one_is_started_for_the_call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], nobody: Path
) -> None:
    monkeypatch.setattr(invoke, "STATE", nobody)
    monkeypatch.setattr(sys, "argv", ["invoke", "WebhookFunction", "events/webhook.json"])
    monkeypatch.chdir(ROOT)
    assert invoke.main() == 0
    said = capsys.readouterr()
    assert json.loads(json.loads(said.out)["body"]) == {"outcome": "not_ours"}
    assert "one is started for this call" in said.err


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("events/nobody.json", "there is no event file events/nobody.json; shipped are: events/account.json, "),
        ("events/{", "the event is not JSON: Expecting value: line 1 column 1"),
        ("broken.json", "broken.json is not JSON: Expecting property name"),
    ],
)
def test_an_event_that_cannot_be_used_is_said_before_anything_starts(event: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{oops")
    given = str(tmp_path / event) if event == "broken.json" else event
    said = run(sys.executable, "-m", "local.invoke", "AccountFunction", given)
    assert (said.returncode, said.stdout) == (1, "")
    assert words in said.stderr
    assert said.stderr.count("\n") == 1


def test_make_says_what_it_wants() -> None:
    said = run("make", "invoke")
    assert said.returncode == 2
    assert "Say which: make invoke FUNCTION=AccountFunction EVENT=events/account.json" in said.stderr


def test_events_are_listed_and_printed(nobody: Path) -> None:
    assert shipped(state=nobody).stdout.split() == events.names()
    assert json.loads(shipped("account", state=nobody).stdout) == events.read(events.FOLDER / "account.json")
    said = shipped("nobody", state=nobody)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("there is no event nobody; shipped are: account, ")


def test_the_webhooks_is_signed_when_it_is_printed(nobody: Path) -> None:
    secret = "whsec_" + "test"
    event = json.loads(shipped("webhook", state=nobody, STRIPE_WEBHOOK_SECRET=secret).stdout)
    header = event["headers"]["stripe-signature"]
    at = int(header.partition(",")[0].removeprefix("t="))
    assert header == signature_header([secret], event["body"].encode(), at)
    assert event | {"headers": None} == events.read(events.FOLDER / "webhook.json") | {"headers": None}
    unsigned = shipped("webhook", state=nobody)
    assert (unsigned.returncode, unsigned.stdout) == (1, "")
    assert unsigned.stderr == "there is no secret to sign with: start make dev, or set STRIPE_WEBHOOK_SECRET\n"
