"""Stripe's time, and what is due when.

A `Timeline` is one stretch of time that objects live in: the account's own, or a test clock's. Nothing sleeps: time moves when
somebody asks (`advance`), and whatever became due runs in order, each at its own moment. Times are Unix seconds.
"""

import heapq
import time
from collections.abc import Callable
from itertools import count


def wall_clock() -> float:
    """Real time, which Event.created, the Date header and a signature's `t` use always."""
    return time.time()


class Timeline:
    """`run` is called with a job's name and argument when its time has come."""

    def __init__(self, run: Callable[[str, str], None], *, frozen_at: int | None = None, wall: Callable[[], float] = wall_clock):
        self._run = run
        self._wall = wall
        self._frozen = frozen_at
        self._offset = 0
        self._moment: int | None = None
        self._queue: list[tuple[int, int, str, str]] = []
        self._sequence = count()

    @property
    def now(self) -> int:
        """The time objects on this timeline see; while a job runs, the moment it was due."""
        if self._moment is not None:
            return self._moment
        return self._frozen if self._frozen is not None else int(self._wall()) + self._offset

    def at(self, when: int, job: str, subject: str) -> None:
        """Runs `job` for the object `subject` at `when`. A job checks for itself whether it still applies: nothing is ever cancelled."""
        heapq.heappush(self._queue, (when, next(self._sequence), job, subject))

    def next_due(self) -> int | None:
        return self._queue[0][0] if self._queue else None

    def pending(self) -> list[dict]:
        """What is due when, in order: for the console and for tests."""
        return [{"at": at, "job": job, "object": subject} for at, _, job, subject in sorted(self._queue)]

    def run_due(self) -> int:
        """Runs what is due by now, in order of time; returns how many jobs ran. Called from inside a job it does nothing."""
        if self._moment is not None:
            return 0
        done, limit = 0, self.now
        while self._queue and self._queue[0][0] <= limit:
            when, _, job, subject = heapq.heappop(self._queue)
            self._moment = when
            try:
                self._run(job, subject)
            finally:
                self._moment = None
            done += 1
        return done

    def advance(self, to: int) -> int:
        """Moves time forward to `to` and runs what that makes due."""
        if self._frozen is not None:
            self._frozen = max(self._frozen, to)
        else:
            self._offset += max(0, to - self.now)
        return self.run_due()
