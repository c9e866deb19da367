"""Stripe, the network and any number of Lambdas, on one virtual clock: what the order rule has to live with.

The real `store.apply` and `store.apply_own` run in it, each delivery and each own call as a task of its own that is
suspended at every request to DynamoDB or Stripe, on its way there and on its way back. So every interleaving that the
network allows can happen: slow fetches that write last, crashes before and after a write, duplicates, drops.

Times are virtual seconds. Everything follows from a seed.
"""

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import greenlet
from billing.errors import Undecided
from billing.state import store
from billing.state.items import Item, user_pk
from billing.state.parts import Observation, User
from billing.state.rule import EVENT_MARGIN
from billing.stripe_api import RESPONSE_MARGIN

from tests.support.memory_table import MemoryTable

USER, CUSTOMER, KEY = "u1", "cus_1", "subscription:sub_1"


class Crash(BaseException):
    """The Lambda was killed here. Not an `Exception`: no handler of ours may catch it."""


@dataclass(frozen=True)
class Weather:
    """How bad it gets."""

    gaps: tuple[float, ...] = (0.03, 0.2, 0.45, 0.9, 1.4, 4.0)
    """Between two changes in Stripe."""
    delays: tuple[float, ...] = (0.05, 0.5, 2.5, 6.0, 20.0)
    """Of an event's delivery."""
    slowness: tuple[float, ...] = (0.02, 0.02, 0.3, 2.0)
    """Of each leg of a call to Stripe: the request's way, between body and Date, the answer's way."""
    created_off: float = 0.5
    """By how many seconds an event's `created` may be off, either way."""
    skews: tuple[float, ...] = (-0.4, 0.0, 0.4)
    """By how much the clock of the servers that stamp answers is off."""
    twice: float = 0.33
    crash: float = 0.0
    """Chance that a task dies at any one of its requests; a delivery is then tried again, as Stripe does."""
    drop: float = 0.0
    """Chance that an event never arrives; a reconcile follows at the end."""
    own: float = 0.3
    """Share of the changes that are calls of ours."""
    replayed: float = 0.2
    """Share of own calls whose answer is lost, and whose retry replays the old body under a new Date."""


@dataclass
class Simulation:
    """One run. `values[n]` is the content after the n-th change; states may repeat, as a plan changed back and forth does."""

    seed: int
    values: list[Any]
    weather: Weather = field(default_factory=Weather)
    final: bool = False
    """Whether the last value is a final one (canceled)."""

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.now = 0.0
        self.queue: list[tuple[float, int, Callable[[], None]]] = []
        self.order = 0
        self.changes: list[float] = []
        self.skew = self.random.choice(self.weather.skews)
        self.shown = -1
        self.showed_older = False
        self.fetches = 0
        self.hub = greenlet.getcurrent()
        self.table = MemoryTable(store.Item.Meta.table_name, around=self._around)
        self.table.items[user_pk(USER)] = {"pk": {"S": user_pk(USER)}, "customer": {"S": CUSTOMER}, "parts": {"M": {}}}

    # ------------------------------------------------------------------------------------------- the clock

    def at(self, when: float, what: Callable[[], None]) -> None:
        self.order += 1
        heapq.heappush(self.queue, (when, self.order, what))

    def pause(self, seconds: float) -> None:
        """Suspends the task that calls it; it may never wake up."""
        task = greenlet.getcurrent()
        self.at(self.now + seconds, task.switch)
        self.hub.switch()
        if self.random.random() < self.weather.crash:
            raise Crash

    def task(self, what: Callable[[], None], again: Callable[[], None] | None = None) -> Callable[[], None]:
        """What starts `what` as a task; if it crashes or gives up, `again` is what happens later."""

        def body() -> None:
            try:
                what()
            except (Crash, Undecided):
                if again:
                    self.at(self.now + self.random.choice((1.0, 5.0, 60.0)), again)

        return lambda: greenlet.greenlet(body).switch() and None

    def _around(self, operation: Callable[[], Any]) -> Any:
        self.pause(self.random.choice((0.002, 0.01, 0.1)))
        try:
            return operation()
        finally:
            self.pause(self.random.choice((0.002, 0.01, 0.1)))

    # --------------------------------------------------------------------------------------------- Stripe

    def state(self) -> int:
        """Number of the newest change by now; -1 before the first."""
        return len(self.changes) - 1

    def change(self) -> int:
        number = len(self.changes)
        self.changes.append(self.now)
        off = self.random.uniform(-self.weather.created_off, self.weather.created_off)
        created = math.floor(self.now + off)
        for _ in range(2 if self.random.random() < self.weather.twice else 1):
            if self.random.random() >= self.weather.drop:
                self.at(self.now + self.random.choice(self.weather.delays) * self.random.random(), self.delivery(created, number))
        return number

    def observe(self, number: int, lo: float, hi: float, source: str, certain: bool = True) -> Observation:
        is_final = self.final and number == len(self.values) - 1
        return Observation({"state": self.values[number]}, int(lo), int(hi), source, final=is_final, certain=certain)

    def fetch(self) -> Observation:
        """A GET: the body is made, stamped a while later, and arrives later still."""
        self.fetches += 1
        sent = self.now
        self.pause(self.random.choice(self.weather.slowness))
        body = self.state()
        return self._answer(body, sent)

    def _answer(self, body: int, sent: float, certain: bool = True) -> Observation:
        self.pause(self.random.choice(self.weather.slowness))
        date = math.floor(self.now + self.skew)
        self.pause(self.random.choice(self.weather.slowness))
        return self.observe(body, date - (self.now - sent) - RESPONSE_MARGIN, date + RESPONSE_MARGIN, "answer", certain)

    # ------------------------------------------------------------------------------------------------- us

    def delivery(self, created: int, number: int) -> Callable[[], None]:
        def deliver() -> None:
            news = self.observe(number, created - EVENT_MARGIN, created + EVENT_MARGIN, f"evt_{number}")
            store.apply(USER, CUSTOMER, KEY, news, self.fetch)

        def again() -> None:
            self.task(deliver, again)()

        return self.task(deliver, again)

    def own_call(self) -> None:
        """POST /update-subscription: read, change in Stripe, store the answer, show it."""
        before = store.read(USER)
        assert before is not None
        sent = self.now
        self.pause(self.random.choice(self.weather.slowness))
        number = self.change()
        if self.random.random() < self.weather.replayed:
            self.pause(2.5)
            answer = self._answer(number, sent, certain=False)
        else:
            answer = self._answer(number, sent)
        store.apply_own(before, KEY, answer, self.fetch)
        self.shown = max(self.shown, number)

    def reconcile(self) -> None:
        """What the scheduled function does for an object that changed: fetch it and apply that by the same rule."""
        store.apply(USER, CUSTOMER, KEY, self.fetch(), self.fetch)

    # -------------------------------------------------------------------------------------------- running

    def run(self) -> "Simulation":
        time = 0.0
        for number in range(len(self.values)):
            time += self.random.choice(self.weather.gaps)
            if number and self.random.random() < self.weather.own:
                self.at(time, self.task(self.own_call))
            else:
                self.at(time, lambda: self.change() and None)
        self._until_idle()
        if self.weather.drop or self.weather.crash:
            self.weather = Weather(created_off=self.weather.created_off)
            self.at(self.now + 60, self.task(self.reconcile))
            self._until_idle()
        return self

    def _until_idle(self) -> None:
        bound, Item._connection = Item._connection, self.table  # pyright: ignore
        try:
            while self.queue:
                self.now, _, what = heapq.heappop(self.queue)
                what()
                self._watch()
        finally:
            Item._connection = bound  # pyright: ignore

    def stored(self) -> Any:
        part = self.table.items[user_pk(USER)]["parts"]["M"].get(KEY)
        return None if part is None else part["M"]["value"]["M"]["state"]

    def _watch(self) -> None:
        """Whether what an own call had shown gave way to something older."""
        if self.shown < 0:
            return
        stored = self.stored()
        newer = [_dynamo(value) for value in self.values[self.shown :]]
        self.showed_older |= stored not in newer

    @property
    def converged(self) -> bool:
        return self.stored() == _dynamo(self.values[self.state()])


def _dynamo(value: Any) -> Any:
    return {"S": value} if isinstance(value, str) else {"N": str(value)}


__all__ = ["Simulation", "User", "Weather"]
