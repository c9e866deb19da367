"""Delivers events to webhook endpoints, on threads of its own.

    event made (world lock held) ──> one Delivery an endpoint, in the order events were made
         worker: oldest delivery that is ready ──> POST, signed anew ──> 2xx: delivered
                                                       └─ else: again after a pause, `attempts` times, then failed

One worker by default, so that endpoints see the observed order; several (`workers`) for load. A delivery that waits for its retry or a
fault's delay does not hold up the ones behind it.
"""

import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..clock import wall_clock
from .faults import DeliveryFaults, Dice
from .signing import signature_header

# How long (seconds) a delivery that is to arrive behind later ones waits for later ones to come.
REORDER_PATIENCE = 0.3

Render = Callable[[dict, dict], bytes]
"""(event, endpoint) -> the body in the endpoint's API version."""


@dataclass(slots=True)
class Policy:
    """Real seconds; Stripe's sandbox tries 3 times."""

    attempts: int = 3
    backoff: float = 0.5
    """Before the first retry; doubled for each further one."""
    timeout: float = 30.0


@dataclass(slots=True)
class Delivery:
    id: int
    event: dict
    endpoint: dict
    status: str = "pending"
    """pending | held | delivered | failed | dropped"""
    ready_at: float = 0.0
    """On the monotonic clock."""
    behind: int = 0
    attempts: list[dict] = field(default_factory=list)
    timestamp: int | None = None
    """For tests: a signature's `t` other than now."""
    sending: bool = False

    def as_dict(self) -> dict:
        return {
            "id": self.id,
            "event": self.event["id"],
            "type": self.event["type"],
            "endpoint": self.endpoint["id"],
            "url": self.endpoint["url"],
            "status": self.status,
            "attempts": self.attempts,
        }


class Dispatcher:
    """`submit` never blocks. `drain` waits until no delivery is pending; held ones do not count."""

    def __init__(self, render: Render, *, workers: int = 1, wall: Callable[[], float] = wall_clock):
        self.policy = Policy()
        self.deliveries: list[Delivery] = []
        self._render = render
        self._wall = wall
        self._pending: dict[int, Delivery] = {}
        self._reordered: list[Delivery] = []
        self._by_event: Counter[str] = Counter()
        self._given_up: set[str] = set()
        self._dice = Dice(DeliveryFaults())
        self._holding = False
        self._ids = itertools.count(1)
        self._changed = threading.Condition()
        self._running = 0
        self._wanted = workers
        self._stopped = False

    # ----------------------------------------------------------------------------------------------- controls
    @property
    def faults(self) -> DeliveryFaults:
        return self._dice.faults

    def set_faults(self, faults: DeliveryFaults) -> None:
        with self._changed:
            self._dice = Dice(faults)

    def set_workers(self, workers: int) -> None:
        with self._changed:
            self._wanted = max(1, workers)
            self._start_workers()

    def hold(self) -> None:
        """Deliveries made from now on stay until `release`."""
        with self._changed:
            self._holding = True

    def release(self, *, order: list[str] | None = None) -> int:
        """Lets held deliveries go, in the order given by event ids or types (others after them); returns how many."""
        with self._changed:
            self._holding = False
            held = [delivery for delivery in self.deliveries if delivery.status == "held"]
            if order:
                rank = {name: position for position, name in enumerate(order)}
                held.sort(key=lambda d: min(rank.get(d.event["id"], len(rank)), rank.get(d.event["type"], len(rank))))
            for delivery in held:
                delivery.status = "pending"
                self._add(delivery)
            self._start_workers()
            self._changed.notify_all()
            return len(held)

    def drain(self, timeout: float) -> bool:
        """Waits until nothing is pending; False when `timeout` (seconds) passed first."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._pending:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            return True

    def reset(self) -> None:
        with self._changed:
            self._pending.clear()
            self._reordered.clear()
            self._by_event.clear()
            self._given_up.clear()
            self.deliveries.clear()
            self._holding = False
            self._dice = Dice(DeliveryFaults())
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def undelivered(self, event_id: str) -> int:
        """An event's `pending_webhooks`."""
        with self._changed:
            return self._by_event[event_id]

    def given_up(self, event_id: str) -> bool:
        """Whether a delivery of the event failed for good, and none succeeded since."""
        with self._changed:
            return event_id in self._given_up

    # ------------------------------------------------------------------------------------------------- intake
    def submit(self, event: dict, endpoint: dict, *, timestamp: int | None = None, plain: bool = False) -> None:
        """Queues one delivery; `plain` spares it the faults (a redelivery somebody asked for)."""
        with self._changed:
            delivery = Delivery(next(self._ids), event, endpoint, timestamp=timestamp, ready_at=time.monotonic())
            self.deliveries.append(delivery)
            if not plain:
                fate = self._dice.fate(event["type"])
                if fate.drop:
                    delivery.status = "dropped"
                    self._given_up.add(event["id"])
                    return
                delivery.ready_at = time.monotonic() + fate.delay
                delivery.behind = fate.behind
                if fate.duplicate:
                    twin = Delivery(next(self._ids), event, endpoint, ready_at=time.monotonic())
                    self.deliveries.append(twin)
                    self._enqueue(twin)
            self._enqueue(delivery)
            self._start_workers()
            self._changed.notify()

    def _enqueue(self, delivery: Delivery) -> None:
        if self._holding:
            delivery.status = "held"
            return
        for waiting in self._reordered:
            waiting.behind -= 1
        self._reordered = [waiting for waiting in self._reordered if waiting.behind > 0]
        if delivery.behind > 0:
            self._reordered.append(delivery)
        self._add(delivery)

    def _add(self, delivery: Delivery) -> None:
        self._pending[delivery.id] = delivery
        self._by_event[delivery.event["id"]] += 1

    def _start_workers(self) -> None:
        while self._running < self._wanted and not self._stopped:
            self._running += 1
            threading.Thread(target=self._work, name="webhook-delivery", daemon=True).start()

    # ------------------------------------------------------------------------------------------------ sending
    def _work(self) -> None:
        while True:
            with self._changed:
                delivery = self._next()
                while delivery is None:
                    if self._stopped or self._running > self._wanted:
                        self._running -= 1
                        return
                    self._changed.wait(self._wait_time())
                    delivery = self._next()
                delivery.sending = True
            attempt = self._attempt(delivery)
            with self._changed:
                delivery.sending = False
                delivery.attempts.append(attempt)
                self._settle(delivery, attempt)
                self._changed.notify_all()

    def _next(self) -> Delivery | None:
        """The oldest that is ready; one held behind others only when none of them came for a while."""
        now = time.monotonic()
        for delivery in self._pending.values():
            if not delivery.sending and self._due(delivery) <= now:
                return delivery
        return None

    @staticmethod
    def _due(delivery: Delivery) -> float:
        return delivery.ready_at if delivery.behind <= 0 else delivery.ready_at + REORDER_PATIENCE

    def _wait_time(self) -> float | None:
        times = [self._due(d) for d in self._pending.values() if not d.sending]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _settle(self, delivery: Delivery, attempt: dict) -> None:
        if delivery.id not in self._pending:  # a reset came between
            return
        if attempt["status"] is not None and 200 <= attempt["status"] < 300:
            delivery.status = "delivered"
            self._given_up.discard(delivery.event["id"])
        elif len(delivery.attempts) >= self.policy.attempts:
            delivery.status = "failed"
            self._given_up.add(delivery.event["id"])
        else:
            delivery.ready_at = time.monotonic() + self.policy.backoff * 2 ** (len(delivery.attempts) - 1)
            return
        del self._pending[delivery.id]
        self._by_event[delivery.event["id"]] -= 1

    def _attempt(self, delivery: Delivery) -> dict:
        """One POST; never raises: `{at, status, error, milliseconds}`."""
        body = self._render(delivery.event, delivery.endpoint)
        sent_at = self._wall()
        timestamp = delivery.timestamp if delivery.timestamp is not None else int(sent_at)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Accept": "*/*; q=0.5, application/xml",
            "Cache-Control": "no-cache",
            "Stripe-Signature": signature_header(delivery.endpoint["_secrets"], body, timestamp),
        }
        started = time.perf_counter()
        status, error = None, None
        try:
            status = post(delivery.endpoint["url"], body, headers, self.policy.timeout)
        except (OSError, http.client.HTTPException) as failure:
            error = f"{type(failure).__name__}: {failure}"
        return {"at": int(sent_at), "status": status, "error": error, "milliseconds": round((time.perf_counter() - started) * 1000)}


def post(url: str, body: bytes, headers: dict[str, str], timeout: float) -> int:
    """The status of a POST; redirects are not followed, as Stripe does not. Raises OSError or HTTPException."""
    parts = urlsplit(url)
    factory = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = factory(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()
