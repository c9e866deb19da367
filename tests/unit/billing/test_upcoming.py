"""What comes next is asked for after a change of plan, and asked for again when Stripe was silent."""

import pytest
import stripe

from billing.account import account_json
from billing.events import Event, handle
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
