"""What comes next is asked for after a change of plan, and asked for again when Stripe was silent."""

import pytest
import stripe

from billing.account import account_json
from billing.events import Event, handle
from billing.fetch import fetch_part
from billing.reconcile import Budget, run
from billing.refresh import refresh
from billing.state import store
from billing.state.parts import subscription_key
from tests.support.stripe_in_process import InProcessStripe, refusal


def next_amount() -> int:
    return account_json(store.read("u2"))["subscription"]["nextCharge"]["amount"]


def downgraded(account: InProcessStripe) -> str:
    """In the Dashboard. Long after everything else, so that its event needs no fetch."""
    _, subscription = account.subscriber("u2", plan="premium_monthly")
    account.deliver()
    account.later()
    item = account.get(f"/v1/subscriptions/{subscription}")["items"]["data"][0]["id"]
    account.post(f"/v1/subscriptions/{subscription}", items=[{"id": item, "price": account.prices["basic_monthly"]}])
    return subscription


def changed(account: InProcessStripe, subscription: str, plan: str, proration: str) -> None:
    item = account.get(f"/v1/subscriptions/{subscription}")["items"]["data"][0]["id"]
    account.post(f"/v1/subscriptions/{subscription}", items=[{"id": item, "price": account.prices[plan]}], proration_behavior=proration)


def foreseen_long_ago(account: InProcessStripe) -> str:
    """Down, up and down again. Who asked for the last two was killed once they were stored: what is foreseen is of the first."""
    subscription = downgraded(account)
    account.deliver()
    for plan, proration in (("premium_monthly", "always_invoice"), ("basic_monthly", "create_prorations")):
        account.drop()
        changed(account, subscription, plan, proration)
        user, key = store.read("u2"), subscription_key(subscription)
        assert user is not None
        stored = fetch_part(user.customer, key, "own change")
        store.apply_own(user, key, stored, lambda stored=stored: stored)
    assert next_amount() != foreseen(account, subscription)
    return subscription


def foreseen(account: InProcessStripe, subscription: str) -> int:
    return account.post("/v1/invoices/create_preview", subscription=subscription)["amount_due"]


def test_an_event_whose_next_charge_stripe_did_not_tell_is_not_taken_before_it_does(account: InProcessStripe) -> None:
    subscription = downgraded(account)
    [event] = [Event.parse(each) for each in account.events() if each["type"] == "customer.subscription.updated"]
    account.fault = lambda request: refusal(500) if request.path.endswith("create_preview") else None
    with pytest.raises(stripe.StripeError):
        handle(event)
    account.fault = lambda request: None
    account.requests.clear()
    handle(event)
    assert account.requests == ["POST /v1/invoices/create_preview"]
    assert next_amount() == foreseen(account, subscription) < 500


def test_nothing_comes_next_of_what_has_ended_since(account: InProcessStripe) -> None:
    subscription = downgraded(account)
    [event] = [Event.parse(each) for each in account.events() if each["type"] == "customer.subscription.updated"]
    account.http.request("DELETE", f"http://stripe.test/v1/subscriptions/{subscription}", {"Authorization": "Bearer sk_test_local"})
    handle(event)
    assert account_json(store.read("u2"))["subscription"]["lookupKey"] == "basic_monthly"


def test_a_downgrade_that_no_event_told_of_is_foreseen_when_it_is_found(account: InProcessStripe) -> None:
    subscription = downgraded(account)
    account.drop()
    user = store.read("u2")
    assert user is not None
    assert refresh(user, subscription_key(subscription), "test").repaired
    assert next_amount() == foreseen(account, subscription) < 500


def test_what_was_foreseen_some_changes_ago_is_asked_for_again_by_the_event(account: InProcessStripe) -> None:
    subscription = foreseen_long_ago(account)
    account.deliver()
    assert next_amount() == foreseen(account, subscription)


def test_and_by_reconcile_if_the_event_is_lost(account: InProcessStripe) -> None:
    subscription = foreseen_long_ago(account)
    account.drop()
    account.now()
    run(Budget())
    assert next_amount() == foreseen(account, subscription)
