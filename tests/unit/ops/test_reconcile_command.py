"""`python -m ops reconcile`: what it says, and its exit status."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from billing import fetch
from billing.reconcile.report import Report
from billing.state import jobs
from local.fake_stripe.server.messages import Request, Response
from ops.commands import reconcile as command
from tests.support.stripe_in_process import InProcessStripe, refusal

Tell = Callable[..., tuple[int, str, str]]


def test_missed_events_are_found_and_named(account: InProcessStripe, tell: Tell) -> None:
    _, subscription = account.subscriber("u2")
    account.now()
    status, output, _ = tell("reconcile", "--json")
    told = json.loads(output)
    assert status == 0
    assert {"user": "u2", "part": f"subscription:{subscription}"} in told["events"]["repairs"]
    assert told["drift"]["repaired"] == 0  # the first time there is also a drift scan
    status, output, _ = tell("reconcile")
    assert (status, output.splitlines()[1].split()) == (0, ["events", "6", "0", "0", "0", "to", "the", "end"])


def test_what_could_not_be_looked_at_is_said(account: InProcessStripe, tell: Tell) -> None:
    _, gone = account.subscriber("u2")
    account.now()

    def fault(request: Request) -> Response | None:
        return refusal(404, "resource_missing") if request.path == f"/v1/subscriptions/{gone}" else None

    account.fault = fault
    status, output, _ = tell("reconcile")
    assert status == 2
    assert f"skipped subscription:{gone}" in output


def test_another_run_is_at_it(account: InProcessStripe, tell: Tell) -> None:
    assert jobs.take("events")
    status, output, _ = tell("reconcile")
    assert status == 1
    assert "another run is at it" in output


@pytest.mark.usefixtures("account")
def test_how_far_it_is_is_known_of_what_has_a_length(account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []

    @contextmanager
    def watched(line: Callable[[], str], every: float = 0.2) -> Iterator[None]:
        lines.append(line())
        yield
        lines.append(line())

    monkeypatch.setattr(command, "progress", watched)
    monkeypatch.setattr(fetch, "PAGE", 2)
    account.subscriber("u2")
    account.now()
    reached: list[float] = []
    save = jobs.Job.save

    def saved(self: jobs.Job, progress: jobs.Progress) -> None:
        reached.append(reports["events"].reached if "events" in reports else 0)
        save(self, progress)

    reports: dict[str, Report] = {}
    monkeypatch.setattr(jobs.Job, "save", saved)
    real = command.reconcile

    def run(budget: Any, watch: Any) -> Any:
        def both(name: str, report: Report) -> None:
            reports[name] = report
            watch(name, report)

        return real(budget, watch=both)

    monkeypatch.setattr(command, "reconcile", run)
    assert tell("reconcile", "--drift")[0] == 0
    assert lines[0].startswith("···")
    assert " 0% 0 events looked at, " in lines[0]
    assert reached == sorted(reached)
    assert 0 < reached[-1] <= 1
    assert lines[1].startswith("1 subscriptions compared, ")
    assert tell("reconcile", "--drift")[0] == 0
    assert "100% 1 subscriptions compared of 1 the last time, " in lines[3]


def test_a_rate_must_be_one(tell: Tell) -> None:
    for rate in ("0", "-1", "fast", "nan"):
        status, _, errors = tell("reconcile", "--rate", rate)
        assert status == 1  # not 2, which says that something differs
        assert "number above 0" in errors
