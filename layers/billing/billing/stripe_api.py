"""The Stripe client, and what one of its answers is worth to the order rule.

A Lambda must never wait for Stripe longer than it lives, and a bare `StripeClient` neither retries nor gives up before
80 s. Three attempts of at most 7 s each, with their pauses, stay below the functions' 25 s.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import stripe

from billing import snapshot
from billing.cause import announce
from billing.log import logger
from billing.secrets import FRESH_SECONDS, RECHECK_SECONDS, stripe_secret_key
from billing.settings import settings

if TYPE_CHECKING:
    from stripe import StripeClient

CONNECT_SECONDS, READ_SECONDS, RETRIES = 1.5, 5.5, 2

RESPONSE_MARGIN = 10
"""Seconds by which a Date header may be off from the moment its body was true (M of the order rule)."""


class Answer(NamedTuple):
    """What Stripe answered, and when on Stripe's clock it may have been true.

    `certain` is false for a replayed answer (an old body under a new Date) and for one without a Date: a hint to fetch.
    """

    data: dict[str, Any]
    lo: int
    hi: int
    certain: bool


@cache
def _http() -> "stripe.HTTPClient":
    from botocore.utils import get_environ_proxies  # as botocore itself finds the way to AWS

    from billing.stripe_http import PooledClient  # loads stripe

    base = settings.stripe_api_base
    return PooledClient(CONNECT_SECONDS, READ_SECONDS, get_environ_proxies(base).get(base.partition(":")[0]))


snapshot.before_snapshot(lambda: stripe.StripeClient("sk_none", http_client=_http()))


_clients: dict[str, "StripeClient"] = {}


def stripe_client(max_age: float = FRESH_SECONDS) -> "StripeClient":
    """The client for the key of this moment, or of `max_age` seconds ago: a rotated key is picked up without a deployment."""
    key = stripe_secret_key(max_age)
    if key not in _clients:
        _clients.clear()
        _clients[key] = stripe.StripeClient(
            key,
            stripe_version=settings.release.api_version,
            base_addresses={"api": settings.stripe_api_base},
            max_network_retries=RETRIES,
            http_client=_http(),
        )
    return _clients[key]


Gate = Callable[[], None]
_gate: Gate | None = None


@contextmanager
def gated(gate: Gate) -> Generator[None, None, None]:
    """Meanwhile every call that `ask` makes in this process passes `gate` first, which may count, wait, or refuse by raising.

    For jobs that ask a lot and must leave the rest of Stripe's rate limit to the users.
    """
    global _gate
    _gate = gate
    try:
        yield
    finally:
        _gate = None


def ask(call: "Callable[[StripeClient], Any]") -> Answer:
    """Makes one call (retries included) and says when its answer was true."""
    client = stripe_client()
    if _gate:
        _gate()
    else:
        announce("Asking Stripe")
    sent = time.monotonic()
    response = _made(call, client).last_response
    elapsed = time.monotonic() - sent
    if not _gate:  # a job's thousands of calls are on nobody's behalf
        told = {"request": response.request_id, "idempotencyKey": response.idempotency_key, "milliseconds": int(elapsed * 1000)}
        logger().info("Stripe", extra=told)
    headers = {name.lower(): value for name, value in response.headers.items()}
    date = headers.get("date")
    lo, hi = answer_interval(int(parsedate_to_datetime(date).timestamp()) if date else 0, elapsed)
    return Answer(response.data, lo, hi, certain=bool(date) and headers.get("idempotent-replayed") != "true")


def _made(call: "Callable[[StripeClient], Any]", client: "StripeClient") -> Any:
    """A key that Stripe does not take (any more) may have been rotated a moment ago; what it refuses so, it has not done."""
    try:
        return call(client)
    except stripe.AuthenticationError:
        renewed = stripe_client(RECHECK_SECONDS)
        if renewed is client:
            raise
        return call(renewed)


def answer_interval(date: int, elapsed: float) -> tuple[int, int]:
    """Between when and when on Stripe's clock a body was true: it was made between the first attempt, so many seconds before the
    answer arrived, and the answer's Date (Unix seconds), give or take the margin."""
    return int(date - elapsed) - RESPONSE_MARGIN, date + RESPONSE_MARGIN
