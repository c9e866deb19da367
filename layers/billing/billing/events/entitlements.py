"""entitlements.active_entitlement_summary.updated: which features the user may use."""

from typing import TYPE_CHECKING

from billing import snapshots
from billing.events.event import Event, Result
from billing.shapes import Json, children
from billing.state.parts import ENTITLEMENTS, Observation
from billing.stripe_api import ask

if TYPE_CHECKING:
    from stripe.params.entitlements import ActiveEntitlementListParams


def changed(event: Event) -> Result:
    customer = event.reference("customer")
    return event.apply(
        customer=customer,
        key=ENTITLEMENTS,
        read=lambda lo, hi, by: _read(event.object, lo, hi, by),
        fetch=lambda: fetch_entitlements(customer, event.id),
    )


def _read(summary: Json, lo: int, hi: int, by: str) -> Observation:
    listed = summary["entitlements"]
    keys = [entitlement["lookup_key"] for entitlement in children(summary, "entitlements")]
    # The event holds a first page only: with more behind it, it is a hint.
    return snapshots.features(keys, lo, hi, by, certain=not listed["has_more"])


def fetch_entitlements(customer: str, by: str) -> Observation:
    """All pages. They were true somewhere between the first and the last of them."""
    keys: list[str] = []
    lo = 0
    params: ActiveEntitlementListParams = {"customer": customer, "limit": 100}
    while True:
        page = ask(lambda stripe: stripe.v1.entitlements.active_entitlements.list(params))
        lo = lo or page.lo
        keys += [entitlement["lookup_key"] for entitlement in page.data["data"]]
        if not page.data["has_more"]:
            return snapshots.features(keys, lo, page.hi, f"{by} (fetched)")
        params["starting_after"] = page.data["data"][-1]["id"]
