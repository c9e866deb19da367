"""Buying, changing, cancelling and renewing, as the SDK sees them. Time moves on test clocks, which Stripe has too."""

import time
import uuid
from typing import Any

import pytest
import stripe

from tests.contract.conftest import Catalogue, Side, StandIn

DAY = 86_400


def buy(client: stripe.StripeClient, ui_mode: str, price: str, method: str = "pm_card_visa", **extra) -> stripe.checkout.Session:
    """A session confirmed the way the Stripe CLI does it, without a browser."""
    customer = client.v1.customers.create({"email": "jo@example.com"})
    session = client.v1.checkout.sessions.create(
        {  # type: ignore[arg-type]
            "mode": "subscription",
            "ui_mode": ui_mode,
            "customer": customer.id,
            "line_items": [{"price": price, "quantity": 1}],
            "return_url": "https://example.com/return?session_id={CHECKOUT_SESSION_ID}",
            **extra,
        }
    )
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert session.client_secret is not None
    client.raw_request("get", f"/v1/payment_pages/{session.id}")
    client.raw_request("post", f"/v1/payment_pages/{session.id}/confirm", payment_method=method, expected_amount=str(session.amount_total))
    return client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice.payments"]})


def renewing(client: stripe.StripeClient, price: str, method: str = "pm_card_visa") -> tuple[stripe.Subscription, str, int]:
    """A subscription on a test clock of its own: (subscription, clock id, start)."""
    start = int(time.time())
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": start})
    customer = client.v1.customers.create({"test_clock": clock.id, "email": "jo@example.com"})
    attached = client.v1.payment_methods.attach(method, {"customer": customer.id})
    client.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": attached.id}})
    subscription = client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price}]})
    return subscription, clock.id, start


def advance(client: stripe.StripeClient, clock: str, to: int) -> None:
    client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": to})
    deadline = time.monotonic() + 120
    while client.v1.test_helpers.test_clocks.retrieve(clock).status != "ready":
        assert time.monotonic() < deadline, "the clock never became ready"
        time.sleep(0.2)


def first_item(subscription: stripe.Subscription) -> stripe.SubscriptionItem:
    return subscription["items"].data[0]


def test_a_first_payment_makes_subscription_and_invoice(client: stripe.StripeClient, own_form: str, catalogue: Catalogue) -> None:
    session = buy(client, own_form, catalogue.basic)
    assert (session.status, session.payment_status, session.ui_mode) == ("complete", "paid", own_form)
    subscription, invoice = session.subscription, session.invoice
    assert isinstance(subscription, stripe.Subscription)
    assert isinstance(invoice, stripe.Invoice)
    assert (subscription.status, invoice.status, invoice.amount_paid) == ("active", "paid", 500)
    assert invoice.payments is not None
    assert invoice.payments.data[0].payment.payment_intent is not None
    entitled = client.v1.entitlements.active_entitlements.list({"customer": str(subscription.customer)})
    assert [entry.lookup_key for entry in entitled.data] == [catalogue.feature]


def test_a_declined_first_payment_leaves_nothing(client: stripe.StripeClient, own_form: str, catalogue: Catalogue) -> None:
    with pytest.raises(stripe.CardError) as caught:
        buy(client, own_form, catalogue.basic, "pm_card_chargeDeclinedInsufficientFunds")
    assert caught.value.code == "card_declined"
    newest = client.v1.checkout.sessions.list({"limit": 1}).data[0]
    assert newest.status == "open"
    assert client.v1.subscriptions.list({"customer": str(newest.customer), "status": "all"}).data == []


def test_the_preview_is_what_the_upgrade_bills(client: stripe.StripeClient, catalogue: Catalogue) -> None:
    subscription, clock, start = renewing(client, catalogue.basic)
    advance(client, clock, start + 10 * DAY)
    items = [{"id": first_item(subscription).id, "price": catalogue.premium}]
    date = start + 10 * DAY
    preview = client.v1.invoices.create_preview(
        {
            "subscription": subscription.id,
            "subscription_details": {"items": items, "proration_behavior": "always_invoice", "proration_date": date},  # type: ignore[typeddict-item]
        }
    )
    changed = client.v1.subscriptions.update(
        subscription.id,
        {
            "items": items,  # type: ignore[typeddict-item]
            "proration_behavior": "always_invoice",
            "proration_date": date,
            "payment_behavior": "pending_if_incomplete",
            "expand": ["latest_invoice"],
        },
    )
    assert isinstance(changed.latest_invoice, stripe.Invoice)
    assert changed.latest_invoice.amount_paid == preview.amount_due > 0
    assert [line.amount for line in changed.latest_invoice.lines.data] == [line.amount for line in preview.lines.data]
    assert first_item(changed).price.id == catalogue.premium


def test_a_renewal_is_paid_about_an_hour_after_it_is_drafted(client: stripe.StripeClient, catalogue: Catalogue) -> None:
    subscription, clock, _ = renewing(client, catalogue.basic)
    end = first_item(subscription).current_period_end
    advance(client, clock, end + 60)
    draft = client.v1.invoices.list({"subscription": subscription.id, "limit": 1}).data[0]
    assert (draft.status, draft.billing_reason) == ("draft", "subscription_cycle")
    advance(client, clock, end + 2 * 3600)
    assert client.v1.invoices.retrieve(str(draft.id)).status == "paid"
    assert first_item(client.v1.subscriptions.retrieve(subscription.id)).current_period_start == end


def test_a_failed_renewal_is_past_due(client: stripe.StripeClient, catalogue: Catalogue) -> None:
    subscription, clock, _ = renewing(client, catalogue.basic)
    bad = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": str(subscription.customer)})
    client.v1.subscriptions.update(subscription.id, {"default_payment_method": bad.id})
    advance(client, clock, first_item(subscription).current_period_end + 2 * 3600)
    found = client.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert found.status == "past_due"
    assert isinstance(found.latest_invoice, stripe.Invoice)
    assert (found.latest_invoice.status, found.latest_invoice.attempt_count) == ("open", 1)


def test_cancel_at_period_end_and_back_and_now(client: stripe.StripeClient, catalogue: Catalogue) -> None:
    subscription, _, _ = renewing(client, catalogue.basic)
    leaving = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert (leaving.cancel_at_period_end, leaving.cancel_at) == (True, first_item(subscription).current_period_end)
    kept = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at_period_end, kept.cancel_at) == (False, None)
    assert client.v1.subscriptions.cancel(subscription.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert client.v1.entitlements.active_entitlements.list({"customer": str(subscription.customer)}).data == []


def test_an_incomplete_subscription_offers_its_secret(client: stripe.StripeClient, catalogue: Catalogue) -> None:
    customer = client.v1.customers.create()
    made = client.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": catalogue.basic}],
            "payment_behavior": "default_incomplete",
            "expand": ["latest_invoice.confirmation_secret"],
        }
    )
    assert made.status == "incomplete"
    assert isinstance(made.latest_invoice, stripe.Invoice)
    assert made.latest_invoice.confirmation_secret is not None
    assert made.latest_invoice.confirmation_secret.client_secret.startswith("pi_")


def test_events_tell_what_happened(client: stripe.StripeClient, catalogue: Catalogue) -> None:
    subscription, _, _ = renewing(client, catalogue.basic)
    client.v1.subscriptions.update(subscription.id, {"metadata": {"seen": "yes"}})
    updates = client.v1.events.list({"type": "customer.subscription.updated", "limit": 5})
    told = next(event for event in updates.data if event.data.object["id"] == subscription.id)
    assert told.data.previous_attributes is not None
    assert "metadata" in told.data.previous_attributes
    assert abs(told.created - time.time()) < 300, "real time, whatever the clock says"


def test_3155_in_the_bank(client: stripe.StripeClient, own_form: str, catalogue: Catalogue, stand_in: StandIn) -> None:
    number = {"number": "4000002500003155", "exp_month": 12, "exp_year": 2040, "cvc": "123"}
    card = client.v1.payment_methods.create({"type": "card", "card": number})  # type: ignore[typeddict-item]
    session = buy(client, own_form, catalogue.basic, card.id)
    assert session.status == "open"
    page: Any = client.raw_request("get", f"/v1/payment_pages/{session.id}").data
    client.raw_request("post", f"/v1/payment_intents/{page['payment_intent']['id']}/authenticate", outcome="succeed")
    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_a_debit_settles_when_everybodys_time_moves(
    client: stripe.StripeClient, own_form: str, catalogue: Catalogue, stand_in: StandIn
) -> None:
    sepa = client.v1.payment_methods.create(
        {"type": "sepa_debit", "sepa_debit": {"iban": "AT321904300235473204"}, "billing_details": {"name": "Jo", "email": "jo@example.com"}}
    )
    session = buy(client, own_form, catalogue.basic, sepa.id, currency="eur")
    assert session.payment_status == "unpaid"
    stand_in.control("POST", "clock", {"advance_seconds": 180})
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_narrow_key_is_enough_for_what_it_names(side: Side, catalogue: Catalogue, stand_in: StandIn) -> None:
    key = stand_in.control("POST", "keys", {"scopes": ["customer_write"]})["key"]
    v1 = side.client(api_key=key).v1
    v1.customers.create()
    with pytest.raises(stripe.PermissionError, match="rak_product_read"):
        v1.products.list()


def test_the_sdk_retries_what_the_stand_in_breaks(side: Side, stand_in: StandIn) -> None:
    """500 and a cut connection, with the same idempotency key: one customer."""
    v1 = side.client(max_network_retries=2).v1
    email = f"{uuid.uuid4().hex}@example.com"
    stand_in.control("POST", "faults", {"kind": "reset", "method": "POST", "path": "/v1/customers", "after_work": True})
    stand_in.control("POST", "faults", {"kind": "status", "status": 500, "method": "POST", "path": "/v1/customers"})
    v1.customers.create({"email": email})
    assert len(v1.customers.list({"email": email}).data) == 1
