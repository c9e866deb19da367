"""What the store ends up with is what Stripe has, whatever the network did; and what was shown once is not taken back."""

from collections.abc import Iterator
from itertools import permutations

import pytest
from billing.settings import settings
from billing.state import store
from billing.state.items import Item, user_pk
from billing.state.parts import Observation
from billing.state.rule import EVENT_MARGIN

from tests.support.memory_table import MemoryTable
from tests.unit.state.simulation import CUSTOMER, KEY, USER, Simulation, Weather

RUNS = 1500


@pytest.fixture(autouse=True)
def table_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(settings), "table_name", "recur")


CALM = Weather(own=0.0)
WEATHERS = {
    "events only": CALM,
    "own calls among them": Weather(),
    "minutes apart": Weather(gaps=(60.0, 600.0)),
    "clocks off by a second": Weather(created_off=1.0, skews=(-1.0, 0.0, 1.0)),
    "functions killed anywhere": Weather(crash=0.05),
    "a third never delivered": Weather(drop=0.3),
    "all of it": Weather(crash=0.05, drop=0.3, created_off=1.0),
}


@pytest.mark.parametrize("weather", WEATHERS.values(), ids=WEATHERS.keys())
def test_random_histories_converge(weather: Weather) -> None:
    wrong: list[int] = []
    older: list[int] = []
    for seed in range(RUNS):
        length = 2 + seed % 4
        values = ["A" if number % 2 == 0 else "B" for number in range(length)]
        run = Simulation(seed, values, weather).run()
        wrong += [] if run.converged else [seed]
        older += [seed] if run.showed_older else []
    assert (wrong, older) == ([], [])


def test_a_canceled_subscription_stays_canceled() -> None:
    for seed in range(RUNS):
        run = Simulation(seed, ["active", "past_due", "active", "canceled"], Weather(crash=0.03, own=0.0), final=True).run()
        assert run.converged, seed


def test_events_minutes_apart_cost_no_fetch_when_they_come_in_order() -> None:
    weather = Weather(gaps=(60.0,), delays=(0.5,), twice=0.0, own=0.0)
    for seed in range(50):
        run = Simulation(seed, ["A", "B", "A", "B"], weather).run()
        assert (run.converged, run.fetches) == (True, 0)


HISTORIES = {
    "create, upgrade, downgrade": [(0, "basic"), (100, "premium"), (200, "basic")],
    "past due and recovered": [(0, "active"), (60, "past_due"), (120, "active"), (180, "canceled")],
    "same-second changes": [(0, "incomplete"), (0, "active"), (0, "premium"), (1, "basic")],
    "there and back within a second": [(0, "A"), (10, "B"), (10, "A"), (10, "B")],
}


def _orders(length: int) -> Iterator[tuple[int, ...]]:
    """Every order of every delivery, each event once and one of them twice (up to six deliveries)."""
    for twice in range(-1, length):
        deliveries = [*range(length), *([twice] if twice >= 0 else [])]
        yield from sorted(set(permutations(deliveries)))


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_every_order_converges(history: list[tuple[int, str]]) -> None:
    """All changes have been made in Stripe when the first event arrives, so a fetch shows the last."""
    newest = history[-1][1]
    for order in _orders(len(history)):
        table = MemoryTable("recur")
        Item._connection = table  # pyright: ignore
        table.items[user_pk(USER)] = {"pk": {"S": user_pk(USER)}, "customer": {"S": CUSTOMER}, "parts": {"M": {}}}
        fetch = lambda: Observation({"state": newest}, 290, 310, "fetched", final=newest == "canceled")  # noqa: E731
        for number in order:
            at, state = history[number]
            news = Observation({"state": state}, at - EVENT_MARGIN, at + EVENT_MARGIN, f"evt_{number}", final=state == "canceled")
            store.apply(USER, CUSTOMER, KEY, news, fetch)
        user = store.read(USER)
        assert user is not None
        assert user.part(KEY) == {"state": newest}, order
    Item._connection = None  # pyright: ignore
