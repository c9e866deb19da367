"""`python -m ops reconcile`: what it says, and its exit status."""

import json
from collections.abc import Callable

from billing.state import jobs
from local.fake_stripe.server.messages import Request, Response
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


def test_a_rate_must_be_one(tell: Tell) -> None:
    for rate in ("0", "-1", "fast", "nan"):
        status, _, errors = tell("reconcile", "--rate", rate)
        assert status == 1  # not 2, which says that something differs
        assert "number above 0" in errors
