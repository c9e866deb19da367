"""Deleting a user: nobody is billed whom we do not know, wherever it is interrupted and whatever happens beside it."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

import delete_account
import webhook
from billing.account import account_json
from billing.checkout import open_session
from billing.customers import ensure_customer, metadata_for
from billing.deletion import delete_account as delete
from billing.endpoint import Caller
from billing.errors import Conflict
from billing.own_changes import change_subscription
from billing.settings import settings
from billing.state import store
from billing.state.items import customer_pk, user_pk
from tests.support import events
from tests.support.memory_table import MemoryTable
from tests.support.outside import Crash, Outside
from tests.support.stripe_in_process import InProcessStripe, refusal

Json = dict[str, Any]


@pytest.fixture
def outside(table: MemoryTable, account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> Outside:
    return Outside(table, account, monkeypatch)


def caller(user: str) -> Caller:
    return Caller(user, f"{user}@example.com")


# ------------------------------------------------------------------------------------------------ what there may be to delete


def subscriber(outside: Outside, user: str) -> None:
    """With a page open on which another card can be saved."""
    customer, _ = outside.stripe.subscriber(user)
    outside.stripe.deliver()
    session(outside, user, customer, mode="setup", currency="usd")


def unknown_subscriber(outside: Outside, user: str) -> None:
    """No event of the subscription has arrived."""
    outside.stripe.subscriber(user)


def with_an_open_checkout(outside: Outside, user: str) -> None:
    open_session(caller(user), None, "premium_monthly", None)


def in_the_making(outside: Outside, user: str) -> None:
    """The request that made their customer died before it could say so."""
    outside.crash_at(2, before=False)
    with pytest.raises(Crash):
        ensure_customer(user, f"{user}@example.com")
    outside.calm()


def claimed(outside: Outside, user: str) -> None:
    store.claim_customer(user, int(outside.stripe.wall))


def resubscriber(outside: Outside, user: str) -> None:
    _, first = outside.stripe.subscriber(user)
    outside.stripe.delete(f"/v1/subscriptions/{first}")
    outside.stripe.subscriber(user)
    outside.stripe.deliver()


def visitor(outside: Outside, user: str) -> None:
    """Who never became a customer."""


def session(outside: Outside, user: str, customer: str, **given: Any) -> Json:
    given = {"ui_mode": settings.release.checkout_ui_mode, "return_url": "http://site.test/", "customer": customer, **given}
    return outside.stripe.post("/v1/checkout/sessions", metadata=metadata_for(user), **given)


SITUATIONS = [subscriber, unknown_subscriber, with_an_open_checkout, in_the_making, claimed, resubscriber, visitor]
situation = pytest.mark.parametrize("begin", SITUATIONS, ids=lambda each: each.__name__)


def deliver(delivered: list[Json]) -> None:
    """As Stripe does: what is not answered 2xx comes again after the others."""
    for _ in range(5):
        delivered = [event for event in delivered if webhook.handler(events.delivery(event), None)["statusCode"] != 200]
        if not delivered:
            return
    raise AssertionError([event["type"] for event in delivered])


# ------------------------------------------------------------------------------------------------ deleting


@situation
def test_nothing_of_them_is_left(outside: Outside, begin: Callable[[Outside, str], None]) -> None:
    begin(outside, "u2")
    delete(caller("u2"))
    outside.assert_deleted("u2")


def killed(outside: Outside, user: str, number: int, before: bool) -> bool:
    """Whether it died of it: it may come to its end before that request."""
    outside.crash_at(number, before)
    try:
        delete(caller(user))
    except Crash:
        return True
    finally:
        outside.calm()
    return False


@situation
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_killed_anywhere_it_leaves_nobody_billed_and_is_finished_when_asked_again(
    outside: Outside, begin: Callable[[Outside, str], None], before: bool
) -> None:
    number, dead = -1, True
    while dead:
        number += 1
        user = f"u2-{number}"
        begin(outside, user)
        dead = killed(outside, user, number, before)
        known = store.read(user)
        if known is None or not known.customer or user in outside.logins.deleted:
            assert not outside.is_billed(user), f"a ghost after request {number}"
        delete(caller(user))
        outside.assert_deleted(user)
    assert number >= 3


@situation
def test_killed_at_every_request_in_turn_it_comes_to_its_end(outside: Outside, begin: Callable[[Outside, str], None]) -> None:
    """However often it dies, and always a little further: no step needs what an earlier one took away."""
    begin(outside, "u2")
    number = 0
    while killed(outside, "u2", number, before=False):
        number += 1
    outside.assert_deleted("u2")


@situation
@pytest.mark.parametrize("order", [1, -1], ids=["in order", "backwards"])
def test_late_events_rebuild_nothing(outside: Outside, begin: Callable[[Outside, str], None], order: int) -> None:
    begin(outside, "u2")
    delete(caller("u2"))
    tombstone = dict(outside.table.items[user_pk("u2")])
    for event in list(outside.all_events("u2"))[::order] * 2:
        assert webhook.handler(events.delivery(event), None)["statusCode"] == 200, event["type"]
    outside.assert_deleted("u2")
    assert outside.table.items[user_pk("u2")] == tombstone


def test_late_events_that_name_the_user_rebuild_nothing_when_the_tombstone_has_expired(outside: Outside) -> None:
    subscriber(outside, "u2")
    delete(caller("u2"))
    del outside.table.items[user_pk("u2")]
    for event in outside.all_events("u2"):
        assert webhook.handler(events.delivery(event), None)["statusCode"] == 200
    assert user_pk("u2") not in outside.table.items


def test_a_tombstone_expires(outside: Outside) -> None:
    delete(caller("u2"))
    item = outside.table.items[user_pk("u2")]
    assert int(item["expires_at"]["N"]) - int(item["deleted_at"]["N"]) == 60 * 86_400


def test_the_end_is_shown_before_it_is_forgotten(outside: Outside) -> None:
    subscriber(outside, "u2")
    statuses: list[str] = []

    def watch(request: Callable[[], Any]) -> Any:
        answer = request()
        parts = outside.table.items[user_pk("u2")].get("parts", {"M": {}})["M"]
        statuses.extend(part["M"]["value"]["M"]["status"]["S"] for key, part in parts.items() if key.startswith("subscription:"))
        return answer

    outside.around = watch
    delete(caller("u2"))
    assert [status for status, _ in itertools.groupby(statuses)] == ["active", "canceled"]


# ------------------------------------------------------------------------------------------------ while and after


@pytest.mark.parametrize("done", [False, True], ids=["under way", "done"])
def test_nothing_is_begun_for_a_user_who_is_leaving(outside: Outside, done: bool) -> None:
    subscriber(outside, "u2")
    known = store.read("u2")
    assert known
    if done:
        delete(caller("u2"))
    else:
        store.begin_deletion("u2", 1)
    outside.stripe.requests.clear()
    made = len(outside.customers("u2"))
    for begin in (lambda: ensure_customer("u2", "u2@example.com"), lambda: open_session(caller("u2"), None, "basic_monthly", None)):
        with pytest.raises(Conflict, match="deleted"):
            begin()
    assert [request for request in outside.stripe.requests if request.startswith("POST")] == []
    assert len(outside.customers("u2")) == made


def test_a_change_that_was_under_way_is_answered_and_stored_nowhere(outside: Outside) -> None:
    subscriber(outside, "u2")
    subscription = account_json(store.read("u2"))["subscription"]["id"]

    def deleted_meanwhile(request: Callable[[], Any]) -> Any:
        answer = request()
        if f"POST /v1/subscriptions/{subscription}" in outside.stripe.requests:
            outside.calm()
            delete(caller("u2"))
        return answer

    outside.around = deleted_meanwhile
    outside.stripe.requests.clear()
    params: Any = {"cancel_at_period_end": True}
    shown = change_subscription(caller("u2"), subscription, lambda stripe, known, _: stripe.v1.subscriptions.update(known["id"], params))
    assert shown["id"] == subscription
    outside.assert_deleted("u2")


def test_a_failure_of_stripes_is_answered_503_and_nothing_is_forgotten(outside: Outside) -> None:
    subscriber(outside, "u2")
    outside.stripe.fault = lambda request: refusal(500) if request.method == "DELETE" else None
    answer = delete_account.handler(_request("u2"), None)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (503, "stripe_unavailable")
    assert account_json(store.read("u2"))["subscription"]["status"] == "active"
    assert outside.logins.deleted == []
    outside.stripe.fault = lambda request: None
    assert json.loads(delete_account.handler(_request("u2"), None)["body"]) == {"deleted": True}
    outside.assert_deleted("u2")


def test_asked_again_by_somebody_who_is_gone_it_answers_the_same(outside: Outside) -> None:
    subscriber(outside, "u2")
    for _ in range(2):
        assert json.loads(delete_account.handler(_request("u2"), None)["body"]) == {"deleted": True}
    outside.assert_deleted("u2")


def _request(user: str) -> Json:
    claims = {"sub": user, "email": f"{user}@example.com", "email_verified": "true", "token_use": "id"}
    return {"requestContext": {"requestId": "r", "authorizer": {"jwt": {"claims": claims}}}}


# ------------------------------------------------------------------------------------------------ deleted in the Dashboard


def test_a_customer_deleted_in_the_dashboard_is_forgotten_and_may_come_again(outside: Outside) -> None:
    subscriber(outside, "u2")
    first = store.read("u2")
    assert first
    outside.stripe.delete(f"/v1/customers/{first.customer}")
    deliver(outside.stripe.events())
    assert store.read("u2") is None
    assert customer_pk(first.customer) not in outside.table.items
    assert account_json(store.read("u2"))["features"] == []

    second, _ = outside.stripe.subscriber("u2")
    assert second != first.customer
    deliver(list(outside.all_events("u2")))
    shown = account_json(store.read("u2"))
    assert (shown["customerId"], shown["subscription"]["status"], shown["otherSubscriptions"]) == (second, "active", [])


def test_a_deletion_that_died_is_finished_by_stripes_own_event(outside: Outside) -> None:
    """As far as the webhook can: only the login is left."""
    subscriber(outside, "u2")

    def die_once_the_customer_is_gone(request: Callable[[], Any]) -> Any:
        answer = request()
        if not outside.customers("u2"):
            raise Crash
        return answer

    outside.around = die_once_the_customer_is_gone
    with pytest.raises(Crash):
        delete(caller("u2"))
    outside.calm()
    assert not outside.is_buried("u2")
    deliver(list(outside.all_events("u2")))
    assert outside.is_buried("u2")
    assert outside.logins.deleted == []
    delete(caller("u2"))
    outside.assert_deleted("u2")
