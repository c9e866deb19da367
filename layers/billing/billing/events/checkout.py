"""checkout.session.completed: a delayed debit has begun.

Everything else about a completed session comes by the subscription's and the invoice's own events.
"""

from billing.events.event import DROPPED, Event, Result
from billing.events.invoices import fetch_payment
from billing.state.parts import Observation, payment_key


def completed(event: Event) -> Result:
    if event.object.get("payment_status") != "unpaid" or event.object.get("mode") != "subscription":
        return DROPPED
    session, subscription = event.reference("id"), event.reference("subscription")
    return event.apply(
        customer=event.reference("customer"),
        key=payment_key(subscription),
        # The invoice may not exist yet. Rank 0: whatever its own events say comes after this.
        read=lambda lo, hi, by: Observation({"invoice": None, "status": "processing"}, lo, hi, by, subject=session),
        fetch=lambda: fetch_payment(subscription, event.id),
    )
