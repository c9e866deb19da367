"""The event buses of the local stack: what Pipes put on them is logged, kept for tests, and forgotten when the stack ends."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from local.logs import Log


@dataclass(frozen=True, slots=True)
class BusEvent:
    """An event as the targets of a rule would see it."""

    bus: str
    source: str
    detail_type: str
    time: str
    """RFC 3339."""
    detail: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """EventBridge's own, new at every delivery."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Records a Pipe gave up on, and why."""

    queue: str | None
    records: list[dict[str, Any]]
    reason: str


class Bus:
    """`bus.wait_for(lambda event: event.detail_type == "subscription.ended")`. Safe to use from many threads."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._changed = threading.Condition()
        self._events: list[BusEvent] = []
        self._dead_letters: list[DeadLetter] = []

    @property
    def events(self) -> list[BusEvent]:
        """All so far, in the order in which they came."""
        with self._changed:
            return list(self._events)

    @property
    def dead_letters(self) -> list[DeadLetter]:
        with self._changed:
            return list(self._dead_letters)

    def put(self, events: Iterable[BusEvent]) -> None:
        for event in events:
            self._log.line(event.bus, f"{event.detail_type} {json.dumps(event.detail, ensure_ascii=False)}")
            with self._changed:
                self._events.append(event)
                self._changed.notify_all()

    def give_up(self, letter: DeadLetter) -> None:
        self._log.line(letter.queue or "no dead-letter queue", f"{len(letter.records)} stream record(s) given up: {letter.reason}")
        with self._changed:
            self._dead_letters.append(letter)
            self._changed.notify_all()

    def wait_for(self, predicate: Callable[[BusEvent], bool], timeout: float = 20.0) -> BusEvent:
        """The first event, also an earlier one, that the predicate holds for. Raises `TimeoutError` after `timeout` seconds."""
        until = time.monotonic() + timeout
        with self._changed:
            seen = 0
            while True:
                for event in self._events[seen:]:
                    if predicate(event):
                        return event
                seen = len(self._events)
                if not self._changed.wait(max(0.0, until - time.monotonic())):
                    raise TimeoutError(f"not among {seen} events: {[event.detail_type for event in self._events[-10:]]}")
