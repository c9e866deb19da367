"""checkout.session.completed: a delayed debit has begun, or another payment method was saved.

Everything else about a completed session comes by the subscription's and the invoice's own events.
"""

from billing.events.event import Errand, Event, News, NotOurs
from billing.saved_payment_method import charge_from_now_on
from billing.state.parts import Observation, payment_key


def completed(event: Event) -> News | Errand | None:
    if not event.object.get("customer"):
        raise NotOurs(event.reference("id"))  # ours begin with a Customer
    if event.object.get("mode") == "setup":
        customer, setup_intent = event.reference("customer"), event.reference("setup_intent")
        return Errand(customer, lambda: charge_from_now_on(customer, setup_intent))
    if event.object.get("mode") != "subscription" or event.object.get("payment_status") != "unpaid":
        return None
    session = event.reference("id")
    return News(
        customer=event.reference("customer"),
        key=payment_key(event.reference("subscription")),
        # The invoice may not exist yet. Rank 0: whatever its own events say comes after this.
        read=lambda lo, hi, by: Observation({"invoice": None, "status": "processing"}, lo, hi, by, subject=session),
        subject=session,
    )
