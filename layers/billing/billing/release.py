"""The Stripe release this deployment speaks: one setting (`STRIPE_API_VERSION`), everything else follows from it.

Source of the differences: Stripe's changelog for Checkout's own-form mode. `ui_mode: custom` and `initCheckout` became
`ui_mode: elements` and `initCheckoutElementsSdk`; the old names fail in the new release.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """What changes from one Stripe release to the next, as far as this project is concerned."""

    api_version: str
    checkout_ui_mode: str
    stripe_js: str
    """URL of the Stripe.js that belongs to the release; it may not be hosted by us."""


RELEASES = {
    release.api_version: release
    for release in (
        Release("2026-10-28.endive", "elements", "https://js.stripe.com/endive/stripe.js"),
        Release("2025-09-30.clover", "custom", "https://js.stripe.com/clover/stripe.js"),
    )
}

NEWEST = next(iter(RELEASES))
