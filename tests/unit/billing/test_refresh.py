"""What Stripe says when asked is what its events said; and what was missed is brought in by asking."""

from collections.abc import Callable

import pytest

from billing import fetch
from billing.account import account_json
from billing.errors import Undecided
from billing.refresh import Refreshed, refresh, refresh_everything
from billing.state import store
from billing.state.parts import User, payment_key, payment_method_key, subscription_key
from tests.support.stripe_in_process import InProcessStripe

DAY = 86_400


def user(name: str = "u2") -> User:
    known = store.read(name)
    assert known is not None
    return known


def refreshed() -> list[Refreshed]:
    return list(refresh_everything(user(), "test"))


def repaired() -> set[str]:
    return {each.key.partition(":")[0] for each in refreshed() if each.repaired}


def bought(account: InProcessStripe) -> None:
    account.subscriber("u2")


def debit_on_its_way(account: InProcessStripe) -> None:
    debit = {
        "type": "sepa_debit",
        "sepa_debit": {"iban": "AT321904300235473204"},
        "billing_details": {"name": "Jo", "email": "jo@example.com"},
    }
    account.subscriber("u2", method=account.post("/v1/payment_methods", **debit)["id"], currency="eur")


def debit_settled(account: InProcessStripe) -> None:
    debit_on_its_way(account)
    account.later(180)
    account.advance(200)


def renewed(account: InProcessStripe) -> None:
    account.subscriber("u2")
    account.advance(32 * DAY)


def renewal_failed(account: InProcessStripe) -> None:
    customer, subscription = account.subscriber("u2")
    account.later()
    failing = account.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", customer=customer)["id"]
    account.post(f"/v1/subscriptions/{subscription}", default_payment_method=failing)
    account.later()
    account.advance(32 * DAY)


def cancelled(account: InProcessStripe) -> None:
    _, subscription = account.subscriber("u2")
    account.later()
    account.delete(f"/v1/subscriptions/{subscription}")


SITUATIONS: list[Callable[[InProcessStripe], None]] = [bought, debit_on_its_way, debit_settled, renewed, renewal_failed, cancelled]


@pytest.mark.parametrize("happens", SITUATIONS, ids=lambda each: each.__name__)
def test_answers_and_events_say_the_same(account: InProcessStripe, happens: Callable[[InProcessStripe], None]) -> None:
    happens(account)
    account.deliver()
    account.later()
    different = [(each.before, each.after) for each in refreshed() if each.repaired and each.before is not None]
    if happens is debit_on_its_way:
        # The session's event comes before there is an invoice to name.
        different = [(before, (after or {}) | {"invoice": None}) for before, after in different]
    assert [(before, after) for before, after in different if before != after] == []


@pytest.mark.parametrize("happens", SITUATIONS, ids=lambda each: each.__name__)
def test_what_was_missed_is_brought_in(account: InProcessStripe, happens: Callable[[InProcessStripe], None]) -> None:
    happens(account)
    told = account.events()
    account.now()
    assert {"subscription", "entitlements"} <= repaired()
    assert repaired() == set()
    shown = account_json(user())
    assert shown["subscription"]["id"]
    assert told


def test_a_look_that_finds_nothing_new_leaves_by_which_event_it_is_so(account: InProcessStripe) -> None:
    _, subscription = account.subscriber("u2")
    account.deliver()
    account.later()
    before = user().parts
    assert {each.key for each in refreshed() if not each.repaired} >= set(before)
    looked_at = user().parts
    assert {key: part.source for key, part in looked_at.items()} == {key: part.source for key, part in before.items()}
    assert all(looked_at[key].lo > part.hi for key, part in before.items()), "certain from now on"
    # What it does find is its own.
    account.post(f"/v1/subscriptions/{subscription}", cancel_at_period_end="true")
    account.drop()
    account.later()
    refreshed()
    changed = {key for key, part in user().parts.items() if part.source == "test (fetched)"}
    assert changed == {subscription_key(subscription)}


def test_what_asking_costs(account: InProcessStripe) -> None:
    account.subscriber("u2")
    account.requests.clear()
    refreshed()
    assert len(account.requests) == 6, account.requests


def test_a_payment_method_that_went_while_nobody_told_us(account: InProcessStripe) -> None:
    customer, _ = account.subscriber("u2")
    account.deliver()
    account.later()
    card = account.get("/v1/payment_methods", customer=customer, type="card")["data"][0]["id"]
    account.post(f"/v1/payment_methods/{card}/detach")
    account.drop()
    account.now()
    assert user().part(payment_method_key(card)) is not None
    refreshed()
    assert user().part(payment_method_key(card)) is None
    assert user().parts[payment_method_key(card)].final


def test_a_renewals_draft_is_not_a_payment_on_its_way(account: InProcessStripe) -> None:
    _, subscription = account.subscriber("u2")
    account.deliver()
    account.later()
    period_end = account.get(f"/v1/subscriptions/{subscription}")["items"]["data"][0]["current_period_end"]
    account.advance(period_end - account.world.now() + 60)
    newest = account.get("/v1/invoices", subscription=subscription)["data"][0]
    assert newest["status"] == "draft"
    account.now()
    before = user().part(payment_key(subscription))
    refreshed()
    assert user().part(payment_key(subscription)) == before
    assert before is not None
    assert before["status"] == "paid"


def test_lists_are_paged_to_their_end(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    account.subscriber("u2", "premium_monthly")
    monkeypatch.setattr(fetch, "PAGE", 1)
    refreshed()
    assert account_json(user())["features"] == ["basic_features", "extended_features"]


def test_an_answer_without_a_date_orders_nothing(account: InProcessStripe) -> None:
    _, subscription = account.subscriber("u2")
    account.dated = False
    with pytest.raises(Undecided):
        refresh(user(), subscription_key(subscription), "test")


def test_there_is_no_part_with_a_key_like_that(account: InProcessStripe) -> None:
    with pytest.raises(ValueError, match="invoice:in_1"):
        fetch.fetch_part("cus_1", "invoice:in_1", "test")
