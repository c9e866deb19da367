"""Events once more: one, and all since a time; late, twice, not ours, too old, too fast."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from billing import fetch
from billing.account import account_json
from billing.reconcile import budget
from billing.release import RELEASES
from billing.settings import settings
from billing.state import store
from local.fake_stripe.server.messages import Request, Response
from tests.support.stripe_in_process import InProcessStripe, refusal

Tell = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "RESTS", (0.0, 0.0))


def event_of(account: InProcessStripe, type_: str) -> str:
    return next(row["id"] for row in account.world.newest("event") if row["type"] == type_)


def test_a_missed_event_is_made_good_and_named_as_the_source(account: InProcessStripe, tell: Tell) -> None:
    _, subscription = account.subscriber("u2")
    created = event_of(account, "customer.subscription.created")
    status, output, errors = tell("replay", created)
    assert (status, errors) == (0, "")
    assert output.splitlines()[1].split()[0:2] == [created, "customer.subscription.created"]
    assert output.splitlines()[1].endswith("written")
    user = store.read("u2")
    assert user
    assert user.parts[f"subscription:{subscription}"].source == created
    assert tell("replay", created)[1].splitlines()[1].endswith("confirmed")


def test_a_late_event_does_not_undo_what_is_newer(account: InProcessStripe, tell: Tell) -> None:
    _, subscription = account.subscriber("u2")
    account.deliver()
    account.later()
    account.delete(f"/v1/subscriptions/{subscription}")
    account.deliver()
    status, output, _ = tell("replay", event_of(account, "customer.subscription.created"))
    assert status == 0
    assert output.splitlines()[1].endswith("dropped")
    assert account_json(store.read("u2"))["subscription"]["status"] == "canceled"


def test_all_since_a_time(account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PAGE", 3)
    account.subscriber("u2")
    account.later(120)
    between = int(account.wall)
    account.later(10)
    account.subscriber("u3", "premium_monthly")
    account.post("/v1/customers/" + account.post("/v1/customers", email="stranger@example.com")["id"], name="Somebody")
    account.now()
    status, output, _ = tell("replay", "--since", datetime.fromtimestamp(between, UTC).isoformat(), "--rate", "100000", "--json")
    told = json.loads(output)
    assert status == 0
    assert {event["outcome"] for event in told["events"]} >= {"written", "not_ours"}
    assert sum(told["outcomes"].values()) == len(told["events"])
    assert account_json(store.read("u3"))["subscription"]["lookupKey"] == "premium_monthly"
    assert account_json(store.read("u3"))["features"] == ["basic_features", "extended_features"]
    assert "subscription" not in account_json(store.read("u2"))
    status, output, _ = tell("replay", "--since", "1h", "--rate", "100000")
    assert status == 0
    assert account_json(store.read("u2"))["subscription"]["status"] == "active"
    assert " events, " in output.splitlines()[-1]


def test_in_another_release_an_event_is_a_hint_and_ends_the_same(account: InProcessStripe, tell: Tell) -> None:
    """As in an account whose default release is not the deployment's: /v1/events knows no other."""
    account.subscriber("u2")
    account.now()
    vars(settings)["release"] = RELEASES["2025-09-30.clover"]
    assert tell("replay", "--since", "1h", "--rate", "100000")[0] == 0
    assert account_json(store.read("u2"))["subscription"]["status"] == "active"


def test_what_stripe_no_longer_has(account: InProcessStripe, tell: Tell) -> None:
    for arguments in (("evt_gone",), ("--since", "31d"), ("--since", "2020-01-01")):
        status, output, errors = tell("replay", *arguments)
        assert status == 1
        assert "30 days" in errors
        assert "reconcile --drift" in errors
        assert "Traceback" not in output + errors


def test_what_is_no_time(account: InProcessStripe, tell: Tell) -> None:
    for text in ("yesterday", "3 weeks", "2126-01-01"):
        status, _, errors = tell("replay", "--since", text)
        assert status == 1
        assert text in errors
    assert tell("replay")[0] == 1
    assert tell("replay", "evt_1", "--since", "1h")[0] == 1


def test_an_event_nobody_handles_is_said(account: InProcessStripe, tell: Tell) -> None:
    product = account.post("/v1/products", name="Other")
    account.post(f"/v1/products/{product['id']}", name="Another")
    status, output, _ = tell("replay", event_of(account, "product.updated"))
    assert status == 0
    assert output.splitlines()[1].endswith("not_handled")


def test_one_that_cannot_be_stored_does_not_stop_the_others(account: InProcessStripe, tell: Tell) -> None:
    _, subscription = account.subscriber("u2")
    account.subscriber("u3")
    account.now()
    vars(settings)["release"] = RELEASES["2025-09-30.clover"]

    def fault(request: Request) -> Response | None:
        return refusal(404, "resource_missing") if request.path == f"/v1/subscriptions/{subscription}" else None

    account.fault = fault
    status, output, _ = tell("replay", "--since", "1h", "--rate", "100000")
    assert status == 2
    assert "failed resource_missing" in output
    assert account_json(store.read("u3"))["subscription"]["status"] == "active"


def test_a_lasting_rate_limit_cuts_it_short_with_a_word(account: InProcessStripe, tell: Tell) -> None:
    account.subscriber("u2")
    account.now()
    account.fault = lambda request: refusal(429)
    status, _, errors = tell("replay", "--since", "1h", "--rate", "100000")
    assert status == 1
    assert "Run it again" in errors


def test_events_of_the_other_mode_are_refused(account: InProcessStripe, tell: Tell) -> None:
    account.subscriber("u2")
    account.now()
    vars(settings)["livemode"] = True
    status, output, _ = tell("replay", event_of(account, "customer.subscription.created"))
    assert status == 2
    assert output.splitlines()[1].endswith("wrong_livemode")
    assert store.read("u2").parts == {}  # pyright: ignore[reportOptionalMemberAccess]
