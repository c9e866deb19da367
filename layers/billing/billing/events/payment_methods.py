"""payment_method.*: the cards and accounts a customer can be charged on."""

from billing import snapshots
from billing.events.event import Event, News, NotOurs
from billing.state.parts import Observation, payment_method_key


def changed(event: Event) -> News:
    """Attached, or its details changed (a bank issued a new card: `automatically_updated`)."""
    payment_method = event.reference("id")
    if not event.object.get("customer"):
        raise NotOurs(payment_method)
    return News(
        customer=event.reference("customer"),
        key=payment_method_key(payment_method),
        read=lambda lo, hi, by: snapshots.payment_method(event.object, lo, hi, by),
    )


def detached(event: Event) -> News:
    """It no longer names its customer: that stands in what changed. A detached one is never attached again."""
    payment_method = event.reference("id")
    customer = event.previous.get("customer")
    if not customer:
        raise NotOurs(payment_method)
    return News(
        customer=customer,
        key=payment_method_key(payment_method),
        read=lambda lo, hi, by: Observation(None, lo, hi, by, final=True),
    )
