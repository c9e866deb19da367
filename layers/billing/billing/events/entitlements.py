"""entitlements.active_entitlement_summary.updated: which features the user may use."""

from billing import snapshots
from billing.events.event import Event, News
from billing.shapes import Json, children
from billing.state.parts import ENTITLEMENTS, Observation


def changed(event: Event) -> News:
    return News(
        customer=event.reference("customer"),
        key=ENTITLEMENTS,
        read=lambda lo, hi, by: _read(event.object, lo, hi, by),
    )


def _read(summary: Json, lo: int, hi: int, by: str) -> Observation:
    listed = summary["entitlements"]
    keys = [entitlement["lookup_key"] for entitlement in children(summary, "entitlements")]
    # The event holds a first page only: with more behind it, it is a hint.
    return snapshots.features(keys, lo, hi, by, certain=not listed["has_more"])
