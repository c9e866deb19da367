"""Stripe, the network and any number of Lambdas, on one virtual clock: what the order rule has to live with.

The real `store.apply` and `store.apply_own` run in it, each delivery, each own call and each run of reconcile as a task of its
own that is suspended at every request to DynamoDB or Stripe, on its way there and on its way back. So every interleaving that
the network allows can happen: slow fetches that write last, crashes before and after a write, duplicates, drops.

Times are virtual seconds. Everything follows from a seed.
"""

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import greenlet

from billing.errors import Undecided
from billing.state import store
from billing.state.items import Item, user_pk
from billing.state.parts import Observation
from billing.state.rule import accounts_for, event_interval
from billing.stripe_api import answer_interval
from tests.support.memory_table import MemoryTable

USER, CUSTOMER, KEY = "u1", "cus_1", "subscription:sub_1"
INTRUDER = {"state": "intruder"}


class Crash(BaseException):
    """The Lambda was killed here. Not an `Exception`: no handler of ours may catch it."""


class State(NamedTuple):
    """What a change in Stripe leaves behind. States may repeat, as a plan changed back and forth does."""

    content: str
    subject: str = ""
    """The object it is the state of, for a part that follows a series of them (a subscription's latest invoice)."""
    rank: int = 0
    final: bool = False


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
    """By how much the clock of the servers that stamp answers is off from that of the events."""
    twice: float = 0.33
    crash: float = 0.0
    """Chance that a task dies at any one of its requests; a delivery is then tried again, as Stripe does."""
    drop: float = 0.0
    """Chance that an event never arrives."""
    reconciles: int = 0
    """How often reconcile runs in the midst of it. It always runs at the end where something may have been missed."""
    own: float = 0.3
    """Share of the changes that are calls of ours."""
    replayed: float = 0.2
    """Share of own calls whose answer is lost, and whose retry replays the old body under a new Date."""
    replayed_late: float = 0.0
    """Share of own calls that are such a retry of another Lambda's, which died: nobody knows when the first attempt was sent."""
    foreign: float = 0.0
    """Share of events in another release: hints to fetch."""
    intruders: float = 0.0
    """Chance that an event of another customer, whose metadata names our user, comes beside one of ours."""


@dataclass
class Simulation:
    """One run. `states[n]` is the state after the n-th change."""

    seed: int
    states: list[State]
    weather: Weather = field(default_factory=Weather)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.now = 0.0
        self.queue: list[tuple[float, int, Callable[[], None]]] = []
        self.order = 0
        self.changes: list[float] = []
        self.events: list[tuple[str, int, State]] = []
        """(id, created, what they tell) of all events, as Stripe lists them."""
        self.skew = self.random.choice(self.weather.skews)
        self.shown = -1
        self.showed_older = False
        self.revived = False
        """Whether a final state gave way to another."""
        self.intruded = False
        """Whether another customer's event was written."""
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
        if self.chance(self.weather.crash):
            raise Crash

    def chance(self, share: float) -> bool:
        return share > 0 and self.random.random() < share

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

    def newest(self) -> int:
        """Number of the newest change by now; -1 before the first."""
        return len(self.changes) - 1

    def change(self) -> int:
        number = len(self.changes)
        self.changes.append(self.now)
        off = self.random.uniform(-self.weather.created_off, self.weather.created_off)
        created = math.floor(self.now + off)
        self.events.append((f"evt_{number}", created, self.states[number]))
        for _ in range(2 if self.random.random() < self.weather.twice else 1):
            if not self.chance(self.weather.drop):
                self.at(self.now + self.random.choice(self.weather.delays) * self.random.random(), self.delivery(created, number))
        if self.chance(self.weather.intruders):
            self.at(self.now + self.random.choice(self.weather.delays), self.task(lambda: self.intrude(created + 1)))
        return number

    def change_elsewhere(self) -> None:
        """By the Dashboard, or by Stripe itself."""
        self.change()

    def truth(self, number: int) -> State:
        """What Stripe answers after so many changes: the newest object's state, as the last change to it left it."""
        so_far = self.states[: number + 1]
        newest = max(so_far, key=lambda state: (state.rank, state.subject)).subject
        return [state for state in so_far if state.subject == newest][-1]

    def observe(self, state: State, interval: tuple[int, int], source: str, certain: bool = True) -> Observation:
        lo, hi = interval
        return Observation({"state": state.content}, lo, hi, source, state.final, state.subject, state.rank, certain)

    def fetch(self) -> Observation:
        """A GET: the body is made, stamped a while later, and arrives later still."""
        self.fetches += 1
        sent = self.now
        self.pause(self.random.choice(self.weather.slowness))
        return self._answer(self.newest(), sent)

    def _answer(self, number: int, sent: float, certain: bool = True) -> Observation:
        self.pause(self.random.choice(self.weather.slowness))
        date = math.floor(self.now + self.skew)
        self.pause(self.random.choice(self.weather.slowness))
        return self.observe(self.truth(number), answer_interval(date, self.now - sent), "answer", certain)

    # ------------------------------------------------------------------------------------------------- us

    def delivery(self, created: int, number: int) -> Callable[[], None]:
        certain = not self.chance(self.weather.foreign)

        def deliver() -> None:
            news = self.observe(self.states[number], event_interval(created), f"evt_{number}", certain)
            if not certain:
                news = Observation(None, news.lo, news.hi, news.source, certain=False)
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
        certain = True
        if self.chance(self.weather.replayed_late):
            self.pause(self.random.uniform(1.0, 40.0))
            before, sent, certain = store.read(USER), self.now, False
            assert before is not None
        elif self.chance(self.weather.replayed):
            self.pause(2.5)
            certain = False
        store.apply_own(before, KEY, self._answer(number, sent, certain), self.fetch)
        self.shown = max(self.shown, number)

    def reconcile(self) -> None:
        """The scheduled function: goes through the events of so far, newest first, and fetches the part once if one is unaccounted for."""
        listed = list(reversed(self.events))
        user = store.read(USER)
        assert user is not None
        for event, created, state in listed:
            if not accounts_for(user.parts.get(KEY), event, created, state.subject, state.rank):
                news = self.fetch()
                store.apply(USER, CUSTOMER, KEY, self.observe_by(event, news), self.fetch)
                return

    @staticmethod
    def observe_by(event: str, news: Observation) -> Observation:
        return Observation(news.value, news.lo, news.hi, f"{event} reconciled", news.final, news.subject, news.rank)

    def intrude(self, created: int) -> None:
        """Another customer's event about a part of the same name, as for entitlements: their metadata names our user."""
        lo, hi = event_interval(created)
        news = Observation(INTRUDER, lo, hi, "evt_intruder")
        store.apply(USER, "cus_other", KEY, news, lambda: Observation(INTRUDER, lo, hi + 60, "intruder fetched"))

    # -------------------------------------------------------------------------------------------- running

    def run(self) -> "Simulation":
        time = 0.0
        for number in range(len(self.states)):
            time += self.random.choice(self.weather.gaps)
            if number and self.random.random() < self.weather.own:
                self.at(time, self.task(self.own_call))
            else:
                self.at(time, self.change_elsewhere)
        for _ in range(self.weather.reconciles):
            self.at(self.random.uniform(0, time + 30), self.task(self.reconcile))
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
                before = self.stored()
                what()
                self._watch(before)
        finally:
            Item._connection = bound  # pyright: ignore

    def stored(self) -> tuple[str, bool] | None:
        """(content, final) of the row."""
        part = self.table.items[user_pk(USER)]["parts"]["M"].get(KEY)
        if part is None:
            return None
        value = part["M"]["value"].get("M", {"state": {"S": "nothing"}})
        return value["state"]["S"], part["M"]["final"]["BOOL"]

    def _watch(self, before: tuple[str, bool] | None) -> None:
        """Whether what an own call had shown gave way to something older, and the like."""
        stored = self.stored()
        if stored == before or stored is None:
            return
        self.revived |= before is not None and before[1] and not stored[1]
        self.intruded |= stored[0] == INTRUDER["state"]
        if self.shown >= 0:
            self.showed_older |= stored[0] not in [state.content for state in self.states[self.shown :]]

    @property
    def converged(self) -> bool:
        stored = self.stored()
        return stored is not None and stored[0] == self.truth(self.newest()).content

    @property
    def problem(self) -> str:
        """What went wrong, "" if nothing did."""
        checks = {
            f"ended with {self.stored()}": not self.converged,
            "showed an older state after an own write": self.showed_older,
            "revived what had ended": self.revived,
            "wrote another customer's news": self.intruded,
        }
        return ", ".join(words for words, happened in checks.items() if happened)
