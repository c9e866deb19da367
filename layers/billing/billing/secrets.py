"""Secrets, read by reference from SSM Parameter Store and cached; never in an environment variable, a template or a log."""

import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from billing.errors import Misconfigured
from billing.settings import settings

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient

FRESH_SECONDS = 300
"""A rotated secret is in use everywhere after this long, without a deployment."""

_cache: dict[str, tuple[float, str]] = {}


@cache
def _ssm() -> "SSMClient":
    import boto3  # only functions that read a secret pay for this import

    return cast(Any, boto3).client("ssm")


def _read(name: str, max_age: float, now: Callable[[], float] = time.monotonic) -> str:
    read_at, value = _cache.get(name, (float("-inf"), ""))
    if now() - read_at < max_age:
        return value
    try:
        value = _ssm().get_parameter(Name=name, WithDecryption=True)["Parameter"].get("Value", "")
    except _ssm().exceptions.ParameterNotFound:
        value = ""
    if not value.strip():
        raise Misconfigured(f"the SSM parameter {name} is missing or empty")
    _cache[name] = (now(), value)
    return value


def stripe_secret_key() -> str:
    """Raises `Misconfigured` when there is none."""
    return _read(settings.secret_key_parameter, FRESH_SECONDS).strip()


def webhook_secrets(max_age: float = FRESH_SECONDS) -> list[str]:
    """All signing secrets that are valid now: one, or two while they rotate. Raises `Misconfigured` when there is none."""
    return _read(settings.webhook_secret_parameter, max_age).split()
