"""What a run found and did: for its log line, its metrics and the operator's table."""

import threading
import time
from dataclasses import dataclass, field

from billing.log import logger
from billing.refresh import Refreshed
from billing.shapes import Json

MAY_STILL_COME = 120
"""Seconds in which an event's delivery may be on its way: a sweep goes up to the present, so it meets some of these. A delivery takes
seconds, a cold start and a queue in front of it included; one that failed comes again much later, with exponential back-off."""


@dataclass(slots=True)
class Report:
    """Counts of one run over one list. Filled by several threads."""

    listed: int = 0
    """Events, or subscriptions."""
    reached: float = 0.0
    """How much of the list is behind, from 0 to 1; stays 0 for one whose length is not known."""
    not_ours: int = 0
    """Customers of somebody else's, or their subscriptions."""
    fetched: int = 0
    """Parts that were looked at in Stripe."""
    repaired: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(user, part) of what was stored wrong."""
    skipped: list[str] = field(default_factory=list[str])
    """What could not be looked at, and why; a run goes on without it."""
    stopped: str = ""
    """Why it ended early; empty when the list was gone through to its end."""
    behind: int = 0
    """Seconds from the oldest event that may not have been looked at yet to the run's begin."""
    undelivered: int = 0
    """Age in seconds of the oldest event whose part was stored wrong, or of one that earlier runs found so where the webhook has been told
    of nothing since."""
    untold: set[int] = field(default_factory=set[int])
    """When events happened whose parts were stored wrong (Unix seconds)."""
    lost: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """(user, part) of what was stored wrong though its event is older than `MAY_STILL_COME`: a delivery was lost."""
    arrived: int = 0
    """When the latest event happened that the webhook has stored."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def look_at(self, number: int) -> None:
        with self._lock:
            self.listed += number

    def add(self, user: str, refreshed: Refreshed) -> None:
        with self._lock:
            self.fetched += 1
            if not refreshed.repaired:
                return
            self.repaired.append((user, refreshed.key))
        logger().warning("Repaired", extra={"user": user, "part": refreshed.key})

    def never_came(self, user: str, key: str, created: int) -> None:
        """An event of that time was not accounted for. It counts if its part was stored wrong, not if it changed nothing."""
        with self._lock:
            if (user, key) in self.repaired:
                self.untold.add(created)
                if time.time() - created >= MAY_STILL_COME:
                    self.lost.add((user, key))

    def came(self, created: int) -> None:
        """The webhook has stored an event of that time."""
        with self._lock:
            self.arrived = max(self.arrived, created)

    def stranger(self, number: int = 1) -> None:
        with self._lock:
            self.not_ours += number

    def skip(self, what: str, why: str) -> None:
        with self._lock:
            self.skipped.append(f"{what}: {why}")
        logger().error("Skipped by reconcile", extra={"object": what, "reason": why})

    def as_json(self) -> Json:
        return {
            "listed": self.listed,
            "notOurs": self.not_ours,
            "fetched": self.fetched,
            "repaired": len(self.repaired),
            "skipped": len(self.skipped),
            "stopped": self.stopped or None,
            "behindSeconds": self.behind,
            "undeliveredSeconds": self.undelivered,
        }
