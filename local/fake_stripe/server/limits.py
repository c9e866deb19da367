"""Stripe's rate limit, off unless a test sets `requests_per_second`: requests of one second beyond it get 429."""

import threading
import time
from collections import deque

from ..errors import RateLimited


class RateLimit:
    """Counts requests of the last second of real time."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()

    def admit(self, per_second: int) -> None:
        """Raises RateLimited when there were `per_second` requests within the last second; 0 admits all."""
        if per_second <= 0:
            return
        now = time.monotonic()
        with self._lock:
            while self._recent and self._recent[0] <= now - 1:
                self._recent.popleft()
            if len(self._recent) >= per_second:
                raise RateLimited(
                    "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.", code="rate_limit"
                )
            self._recent.append(now)
