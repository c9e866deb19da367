"""checkout.session.completed: a delayed debit has begun, or another payment method was saved.

Everything else about a completed session comes by the subscription's and the invoice's own events.
"""

from billing.access import live_subscriptions
from billing.events.event import DROPPED, Event, Result, owner
from billing.events.invoices import fetch_payment
from billing.state import store
from billing.state.parts import Observation, payment_key
from billing.stripe_api import ask


def completed(event: Event) -> Result:
    if event.object.get("mode") == "setup":
        return _saved(event)
    if event.object.get("payment_status") != "unpaid":
        return DROPPED
    session, subscription = event.reference("id"), event.reference("subscription")
    return event.apply(
        customer=event.reference("customer"),
        key=payment_key(subscription),
        # The invoice may not exist yet. Rank 0: whatever its own events say comes after this.
        read=lambda lo, hi, by: Observation({"invoice": None, "status": "processing"}, lo, hi, by, subject=session),
        fetch=lambda: fetch_payment(subscription, event.id),
    )


def _saved(event: Event) -> Result:
    """Makes the payment method that the customer just saved the one that is charged: theirs, and each live subscription's.

    What Stripe then has comes back by customer.updated and customer.subscription.updated. Sent twice, it changes nothing.
    """
    customer = event.reference("customer")
    user = store.read(owner(customer))
    setup_intent = event.reference("setup_intent")
    saved = ask(lambda stripe: stripe.v1.setup_intents.retrieve(setup_intent)).data["payment_method"]
    if user is None or saved is None:
        return DROPPED
    ask(lambda stripe: stripe.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": saved}}))
    for subscription in live_subscriptions(user):
        ask(lambda stripe, id=subscription["id"]: stripe.v1.subscriptions.update(id, {"default_payment_method": saved}))
    return DROPPED
