"""customer.updated: which payment method is the default."""

from billing import snapshots
from billing.events.event import Event, News
from billing.state.parts import CUSTOMER


def updated(event: Event) -> News:
    return News(
        customer=event.reference("id"),
        key=CUSTOMER,
        read=lambda lo, hi, by: snapshots.customer(event.object, lo, hi, by),
    )
