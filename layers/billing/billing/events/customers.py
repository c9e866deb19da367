"""customer.updated: which payment method is the default. customer.deleted: nothing of theirs is left."""

import time

from billing import snapshots
from billing.events.event import Errand, Event, News
from billing.state import store
from billing.state.parts import CUSTOMER


def updated(event: Event) -> News:
    return News(
        customer=event.reference("id"),
        key=CUSTOMER,
        read=lambda lo, hi, by: snapshots.customer(event.object, lo, hi, by),
    )


def deleted(event: Event) -> Errand:
    """Nothing follows it, whatever else is still under way: it is no news of a part, and needs no order."""
    customer = event.reference("id")
    return Errand(customer, lambda: store.forget_customer(customer, int(time.time())))
