"""How much a job may ask of Stripe: calls, seconds, calls a second; and what it does when Stripe says that it was too much."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import stripe

from billing.errors import BillingError
from billing.log import logger

T = TypeVar("T")

RESTS = (1.0, 4.0, 15.0)
"""Seconds to be quiet after one 429, another, and another. Then the run ends, and a later one goes on."""


class RunEnds(BillingError):
    """This run has had its share, and the next one goes on; the text says why. Nothing is half done: it is raised between two calls."""


class Budget:
    """Passed before each call to Stripe (`stripe_api.gated`), by all threads of a run. `calls` is what it has let through."""

    def __init__(self, *, max_calls: float = float("inf"), seconds: float = float("inf"), per_second: float = float("inf")) -> None:
        self.calls = 0
        self._max_calls = max_calls
        self._ends = time.monotonic() + seconds
        self._interval = 1 / per_second
        self._next = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Waits for the turn of one call. Raises `RunEnds`."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            if self.calls >= self._max_calls:
                raise RunEnds("out of calls")
            if turn >= self._ends:
                raise RunEnds("out of time")
            self.calls += 1
            self._next = turn + self._interval
        if turn > now:
            time.sleep(turn - now)

    @property
    def left(self) -> float:
        """How many calls it may still let through."""
        return self._max_calls - self.calls

    def check(self) -> None:
        """Raises `RunEnds` when the time is over: for work that makes no call."""
        if time.monotonic() >= self._ends:
            raise RunEnds("out of time")

    def patiently(self, work: Callable[[], T]) -> T:
        """Does something that may be done again, with a rest for everybody after each 429. Raises `RunEnds`."""
        for seconds in RESTS:
            try:
                return work()
            except stripe.RateLimitError:
                logger().warning("Stripe's rate limit", extra={"rest": seconds})
                with self._lock:
                    self._next = max(self._next, time.monotonic() + seconds)
        raise RunEnds("Stripe's rate limit")
