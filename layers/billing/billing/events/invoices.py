"""invoice.*: whether the latest invoice of a subscription is paid."""

from billing import snapshots
from billing.events.event import DROPPED, Event, Result
from billing.shapes import Json, child, children, identity
from billing.state.parts import Observation, payment_key
from billing.stripe_api import ask


def paid(event: Event) -> Result:
    return _changed(event, "paid")


def failed(event: Event) -> Result:
    return _changed(event, "failed")


def action_required(event: Event) -> Result:
    return _changed(event, "action_required")


def _changed(event: Event, status: str) -> Result:
    invoice = event.object
    subscription = _subscription_of(invoice)
    if subscription is None:
        return DROPPED  # a one-off invoice made in the Dashboard: no subscription's state
    return event.apply(
        customer=event.reference("customer"),
        key=payment_key(subscription),
        read=lambda lo, hi, by: snapshots.payment(invoice, status, lo, hi, by),
        fetch=lambda: fetch_payment(subscription, event.id),
    )


def _subscription_of(invoice: Json) -> str | None:
    """Under `parent` since 2025-03-31.basil; an older release has it at the top, and is a hint that leads to a fetch."""
    details = child(child(invoice, "parent"), "subscription_details")
    return identity(details.get("subscription") or invoice.get("subscription"))


def fetch_payment(subscription: str, by: str) -> Observation:
    """The payment state of the subscription's latest invoice as Stripe has it now.

    Two calls: from the subscription, `latest_invoice.payments.data.payment.payment_intent` would be one level too deep to
    expand.
    """
    latest = ask(lambda stripe: stripe.v1.subscriptions.retrieve(subscription))
    invoice = latest.data["latest_invoice"]
    if invoice is None:
        return Observation(None, latest.lo, latest.hi, f"{by} (fetched)")
    answer = ask(lambda stripe: stripe.v1.invoices.retrieve(invoice, {"expand": ["payments.data.payment.payment_intent"]}))
    return snapshots.payment(answer.data, payment_status(answer.data), latest.lo, answer.hi, f"{by} (fetched)")


_BY_INTENT = {"processing": "processing", "requires_action": "action_required", "requires_confirmation": "action_required"}


def payment_status(invoice: Json) -> str:
    """`paid`, `processing`, `failed` or `action_required`, of an invoice with its PaymentIntents expanded."""
    if invoice["status"] == "paid":
        return "paid"
    if invoice["status"] in ("void", "uncollectible"):
        return "failed"
    intents = [child(child(payment, "payment"), "payment_intent") for payment in children(invoice, "payments")]
    return _BY_INTENT.get(intents[-1]["status"], "failed") if intents else "processing"
