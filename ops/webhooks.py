"""The webhook endpoint in Stripe: exactly the events that the app handles, in the release that it is pinned to."""

from typing import Any

from stripe import StripeClient

from billing.events import HANDLERS
from billing.release import Release


def register(stripe: StripeClient, url: str, release: Release) -> str:
    """Makes an endpoint for `url` and returns its signing secret, which Stripe shows this once."""
    params: Any = {"url": url, "enabled_events": sorted(HANDLERS), "api_version": release.api_version}
    secret = stripe.v1.webhook_endpoints.create(params).secret
    assert secret is not None
    return secret
