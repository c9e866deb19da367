"""customer.subscription.*: what the user has."""

from billing import snapshots
from billing.events.event import Event, News
from billing.state.parts import subscription_key


def changed(event: Event) -> News:
    return News(
        customer=event.reference("customer"),
        key=subscription_key(event.reference("id")),
        read=lambda lo, hi, by: snapshots.subscription(event.object, lo, hi, by),
    )
