"""The Stripe account that an operator's command talks to, from the environment: a key is never an argument, which `ps` shows."""

import os
from collections.abc import Mapping

from stripe import StripeClient

from billing.release import NEWEST, RELEASES, Release


class NoAccount(Exception):
    """The environment does not say which account; the message says what to set."""


def release(environment: Mapping[str, str] = os.environ) -> Release:
    version = environment.get("STRIPE_API_VERSION", NEWEST)
    if version not in RELEASES:
        raise NoAccount(f"STRIPE_API_VERSION is {version!r}; known: {', '.join(RELEASES)}")
    return RELEASES[version]


def account(environment: Mapping[str, str] = os.environ) -> StripeClient:
    """STRIPE_SECRET_KEY (required), STRIPE_API_VERSION and STRIPE_API_BASE. Raises `NoAccount`."""
    key = environment.get("STRIPE_SECRET_KEY")
    if not key:
        raise NoAccount("Set STRIPE_SECRET_KEY to the account's secret key, or to a restricted one.")
    base = environment.get("STRIPE_API_BASE", "https://api.stripe.com")
    return StripeClient(key, stripe_version=release(environment).api_version, base_addresses={"api": base}, max_network_retries=3)
