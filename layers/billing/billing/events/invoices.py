"""invoice.*: whether the latest invoice of a subscription is paid."""

from billing import snapshots
from billing.events.event import Event, News
from billing.shapes import Json, child, identity
from billing.state.parts import payment_key, upcoming_key


def paid(event: Event) -> News | None:
    return _changed(event, "paid")


def failed(event: Event) -> News | None:
    return _changed(event, "failed")


def action_required(event: Event) -> News | None:
    return _changed(event, "action_required")


def upcoming(event: Event) -> News | None:
    subscription = _subscription_of(event.object)
    if subscription is None:
        return None
    return News(
        customer=event.reference("customer"),
        key=upcoming_key(subscription),
        read=lambda lo, hi, by: snapshots.upcoming(event.object, lo, hi, by),
    )


def _changed(event: Event, status: str) -> News | None:
    subscription = _subscription_of(event.object)
    if subscription is None:
        return None  # a one-off invoice made in the Dashboard: no subscription's state
    return News(
        customer=event.reference("customer"),
        key=payment_key(subscription),
        read=lambda lo, hi, by: snapshots.payment(event.object, status, lo, hi, by),
        subject=event.reference("id"),
        rank=int(event.object.get("created") or 0),
    )


def _subscription_of(invoice: Json) -> str | None:
    """Under `parent` since 2025-03-31.basil; an older release has it at the top, and is a hint that leads to a fetch."""
    details = child(child(invoice, "parent"), "subscription_details")
    return identity(details.get("subscription") or invoice.get("subscription"))
