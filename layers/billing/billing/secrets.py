"""Secrets, read by reference from SSM Parameter Store and cached; never in an environment variable, a template or a log.

a secret is rotated        it is in use everywhere within FRESH_SECONDS; at once where the old one is seen to fail
it is deleted or emptied   nothing is accepted any more, as soon as that is seen
SSM does not answer        what was read last is used for STALE_SECONDS, with a log line; a function that has read nothing
                           yet says 503, and is asked again
"""

import time
from functools import cache
from typing import TYPE_CHECKING

from billing import snapshot
from billing.aws import client
from billing.errors import Misconfigured, TryAgain
from billing.log import logger
from billing.settings import settings

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient

FRESH_SECONDS = 300
"""How old a secret may be that is used without a look at SSM."""
RECHECK_SECONDS = 10
"""How old it may be when it was just seen to fail: it may have been rotated, but forgeries shall not cost a call each."""
STALE_SECONDS = 3600
"""How old it may be while SSM does not answer. A secret that is to stop counting is rolled in Stripe, not deleted in SSM."""
RETRY_SECONDS = 5
"""For how long an SSM that did not answer is left alone."""

_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS = 1, 2, 2
"""botocore itself would wait for minutes, and be killed with the function."""

_cache: dict[str, tuple[float, str]] = {}
"""By a parameter's name: when it was read (monotonic), and what it was."""
_unanswered: dict[str, float] = {}
"""When SSM last failed to answer for it."""


_frozen_at = 0.0
"""When the snapshot was taken that this process goes on from (Unix seconds)."""


def _freeze() -> None:
    global _frozen_at
    _frozen_at = time.time()


def _wake() -> None:
    """What was read before the snapshot has aged all the while, whatever the monotonic clock says."""
    asleep = max(0.0, time.time() - _frozen_at)
    for name, (read_at, value) in _cache.items():
        _cache[name] = (read_at - asleep, value)
    _unanswered.clear()


snapshot.before_snapshot(_freeze)
snapshot.after_restore(_wake)


@cache
def _ssm() -> "SSMClient":
    from botocore.config import Config

    limits = Config(
        connect_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS, retries={"mode": "standard", "total_max_attempts": _ATTEMPTS}
    )
    return client("ssm", limits)


def _read(name: str, max_age: float) -> str:
    present = time.monotonic()
    read_at, value = _cache.get(name, (float("-inf"), ""))
    age = present - read_at
    if age < max_age:
        return value
    unanswered = present - _unanswered.get(name, float("-inf"))
    if unanswered >= RETRY_SECONDS:
        found = _ask(name)
        if found is not None:
            return found
    if age >= STALE_SECONDS:
        raise TryAgain("try_again", "This could not be finished. Please try again in a moment.")
    return value


def _ask(name: str) -> str | None:
    """What SSM has now; None if it does not answer. Raises `Misconfigured` when it has nothing."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        value = _ssm().get_parameter(Name=name, WithDecryption=True)["Parameter"].get("Value", "")
    except _ssm().exceptions.ParameterNotFound:
        value = ""
    except (BotoCoreError, ClientError) as error:
        logger().warning("SSM does not answer", extra={"parameter": name, "reason": type(error).__name__})
        _unanswered[name] = time.monotonic()
        return None
    if not value.strip():
        _cache.pop(name, None)
        raise Misconfigured(f"the SSM parameter {name} is missing or empty")
    _cache[name] = (time.monotonic(), value)
    return value


def stripe_secret_key(max_age: float = FRESH_SECONDS) -> str:
    """Raises `Misconfigured` when there is none, and `TryAgain` when that cannot be known."""
    return _read(settings.secret_key_parameter, max_age).strip()


def webhook_secrets(max_age: float = FRESH_SECONDS) -> list[str]:
    """All signing secrets that are valid now: one, or two while they rotate. Raises like `stripe_secret_key`."""
    return _read(settings.webhook_secret_parameter, max_age).split()
