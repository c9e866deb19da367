"""What the environment tells a function, read when it is first asked for and never at import.

A function needs exactly the variables of the properties it touches; one that is missing is named in the error.
"""

import os
from functools import cached_property

from billing.errors import Misconfigured
from billing.release import RELEASES, Release


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise Misconfigured(f"the environment variable {name} is not set")
    return value


def _whole_number(name: str) -> int:
    value = _required(name)
    if not value.isdecimal():
        raise Misconfigured(f"{name} is {value!r}; a whole number is expected")
    return int(value)


class Settings:
    """One property a setting. Raises `Misconfigured` when its variable is missing or makes no sense."""

    @cached_property
    def stage(self) -> str:
        """dev, staging or prod: prod alone sees live-mode events."""
        return _required("STAGE")

    @cached_property
    def livemode(self) -> bool:
        return self.stage == "prod"

    @cached_property
    def table_name(self) -> str:
        return _required("TABLE_NAME")

    @cached_property
    def grace_seconds(self) -> int:
        """How long a past_due subscription still grants its features."""
        return _whole_number("PAST_DUE_GRACE_DAYS") * 86_400

    @cached_property
    def site_url(self) -> str:
        """Origin of the site, without a slash at its end."""
        return _required("SITE_URL").rstrip("/")

    @cached_property
    def user_pool_id(self) -> str:
        """The Cognito user pool."""
        return _required("USER_POOL_ID")

    @cached_property
    def stripe_api_base(self) -> str:
        return _required("STRIPE_API_BASE")

    @cached_property
    def release(self) -> Release:
        version = _required("STRIPE_API_VERSION")
        try:
            return RELEASES[version]
        except KeyError:
            raise Misconfigured(f"STRIPE_API_VERSION is {version!r}; known: {', '.join(RELEASES)}") from None

    @cached_property
    def secret_key_parameter(self) -> str:
        """Name of the SSM parameter that holds Stripe's secret (or restricted) key."""
        return _required("STRIPE_SECRET_KEY_PARAMETER")

    @cached_property
    def webhook_secret_parameter(self) -> str:
        """Name of the SSM parameter that holds the signing secrets, white space between several while they rotate."""
        return _required("STRIPE_WEBHOOK_SECRET_PARAMETER")

    @cached_property
    def reconcile_max_calls(self) -> int:
        """How many calls one run of reconcile may make to Stripe."""
        return _whole_number("RECONCILE_MAX_CALLS")

    @cached_property
    def reconcile_calls_per_second(self) -> int:
        """How fast it may make them: the rest of Stripe's rate limit is the users'."""
        return _whole_number("RECONCILE_CALLS_PER_SECOND")


settings = Settings()
