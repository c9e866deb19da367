"""What the store ends up with is what Stripe has, whatever the network did; and what was shown once is not taken back."""

from collections.abc import Iterator
from itertools import permutations, product

import pytest

from billing.settings import settings
from billing.state import store
from billing.state.items import Item, user_pk
from billing.state.parts import Observation
from billing.state.rule import event_interval
from tests.support.memory_table import MemoryTable
from tests.unit.state.simulation import CUSTOMER, KEY, USER, Crash, Simulation, State, Weather
from tests.unit.state.suites import SUITES

RUNS = 560
"""Histories a suite: more than 10,000 in all. `python -m tests.chaos` tries as many as one likes."""


@pytest.fixture(autouse=True)
def table_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(settings), "table_name", "recur")
    monkeypatch.setattr(Item, "_connection", None)


@pytest.mark.parametrize("suite", SUITES)
def test_random_histories_converge(suite: str) -> None:
    assert [(seed, problem) for seed in range(RUNS) if (problem := SUITES[suite].tried(seed))] == []


def test_events_minutes_apart_cost_no_fetch_when_they_come_in_order() -> None:
    weather = Weather(gaps=(60.0,), delays=(0.5,), twice=0.0, own=0.0)
    for seed in range(50):
        run = Simulation(seed, [State(content) for content in "ABAB"], weather).run()
        assert (run.problem, run.fetches) == ("", 0)


def test_reconcile_fetches_nothing_where_everything_arrived() -> None:
    weather = Weather(gaps=(60.0,), delays=(0.5,), twice=0.5, own=0.0)
    for seed in range(50):
        run = Simulation(seed, [State(content) for content in "ABAB"], weather).run()
        run.fetches = 0
        run.at(run.now + 60, run.task(run.reconcile))
        run._until_idle()  # pyright: ignore[reportPrivateUsage]
        assert (run.problem, run.fetches) == ("", 0)


History = list[tuple[int, str]]
HISTORIES: dict[str, History] = {
    "create, upgrade, downgrade": [(0, "basic"), (100, "premium"), (200, "basic")],
    "past due and recovered": [(0, "active"), (60, "past_due"), (120, "active"), (180, "canceled")],
    "upgraded, past due, recovered": [(0, "basic"), (50, "premium"), (100, "past_due"), (150, "premium"), (200, "canceled")],
    "same-second changes": [(0, "incomplete"), (0, "active"), (0, "premium"), (1, "basic")],
    "there and back within a second": [(0, "A"), (10, "B"), (10, "A"), (10, "B")],
}
LENGTH = 6
"""Deliveries: every order of every event, and of as many duplicates as there is room for."""


def _orders(events: int, length: int = LENGTH) -> Iterator[tuple[int, ...]]:
    for deliveries in range(events, length + 1):
        yield from (order for order in product(range(events), repeat=deliveries) if len(set(order)) == events)


class Settled:
    """All changes have been made in Stripe when the first event arrives, so a fetch shows the last."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.newest = history[-1][1]
        self.table = MemoryTable("recur")
        self.table.items[user_pk(USER)] = {"pk": {"S": user_pk(USER)}, "customer": {"S": CUSTOMER}, "parts": {"M": {}}}
        Item._connection = self.table  # pyright: ignore

    def deliver(self, number: int) -> None:
        at, state = self.history[number]
        news = Observation({"state": state}, *event_interval(at), f"evt_{number}", final=state == "canceled")
        store.apply(USER, CUSTOMER, KEY, news, self.fetch)

    def fetch(self) -> Observation:
        return Observation({"state": self.newest}, 290, 310, "fetched", final=self.newest == "canceled")

    @property
    def converged(self) -> bool:
        user = store.read(USER)
        return user is not None and user.part(KEY) == {"state": self.newest}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_every_order_with_every_duplicate_converges(history: History) -> None:
    for order in _orders(len(history)):
        settled = Settled(history)
        for number in order:
            settled.deliver(number)
        assert settled.converged, order


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_every_order_converges_with_a_crash_at_every_step(history: History) -> None:
    """The Lambda dies before or after its n-th request to DynamoDB; Stripe sends that event again at the end."""
    for order in permutations(range(len(history))):
        step = 0
        while True:
            settled = Settled(history)
            steps = iter(range(10_000))

            def dies(operation: object, steps: Iterator[int] = steps, fatal: int = step) -> object:
                if next(steps) == fatal:
                    raise Crash
                result = operation()  # pyright: ignore
                if next(steps) == fatal:
                    raise Crash
                return result

            settled.table.around = dies  # pyright: ignore[reportAttributeAccessIssue]
            again: list[int] = []
            for number in order:
                try:
                    settled.deliver(number)
                except Crash:
                    again.append(number)
            if not again:
                break
            for number in again:
                settled.deliver(number)
            assert settled.converged, (order, step)
            step += 1
