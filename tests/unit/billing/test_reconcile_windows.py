"""A list gone through in windows side by side: every object once, whatever its time, and a run that is cut goes on where each hand was."""

import random
import threading
from collections import Counter
from typing import Any

import pytest
import stripe

from billing import fetch
from billing.reconcile import Budget, RunEnds, windows
from billing.reconcile.crew import COST, HANDS, Crew
from billing.reconcile.hands import Window
from billing.reconcile.report import Report
from billing.reconcile.windows import Walk, whole
from billing.state.jobs import Overtaken
from billing.stripe_api import Answer

Json = dict[str, Any]


class Listed:
    """Stripe's list of some objects, and what was called of it and done with them."""

    def __init__(self, times: list[int]) -> None:
        self.objects = [{"id": f"obj_{number}", "created": time} for number, time in enumerate(sorted(times, reverse=True))]
        self.calls = 0
        self.done: Counter[str] = Counter()
        self.hands: set[str] = set()
        self.saved: list[Json] = []

    def listing(self, _: Window) -> Any:
        return lambda client, wanted: self.page(**wanted)

    def page(self, created: dict[str, int], limit: int, starting_after: str = "") -> Json:
        self.calls += 1
        rest = self.objects
        if starting_after:
            place = next((number for number, each in enumerate(rest) if each["id"] == starting_after), None)
            if place is None:
                raise stripe.InvalidRequestError("No such object", "starting_after")
            rest = rest[place + 1 :]
        found = [each for each in rest if created["gte"] <= each["created"] < created.get("lt", 1 << 40)]
        return {"data": found[:limit], "has_more": len(found) > limit}

    def work(self, found: list[Json]) -> None:
        assert [each["created"] for each in found] == sorted((each["created"] for each in found), reverse=True)
        self.done.update(each["id"] for each in found)
        self.hands.add(threading.current_thread().name)

    def save(self, left: list[Json]) -> None:
        self.saved = left

    def go(self, left: list[Window], budget: Budget | None = None) -> None:
        Walk(Asking(budget or Budget(), Report()), left, self.listing, self.work).go(self.save)


class Asking(Crew):
    """It asks a `Listed`."""

    def ask(self, call: Any) -> Answer:
        self.budget()
        return Answer(call(None), 0, 0, certain=True)


def times(chance: random.Random) -> list[int]:
    """Of quiet years, of a busy hour and of one second, as an import makes them."""
    kinds = [lambda: chance.randrange(1, 10**9), lambda: 5 * 10**8 + chance.randrange(3600), lambda: 6 * 10**8]
    return [chance.choice(kinds)() for _ in range(chance.randrange(120))]


@pytest.mark.parametrize("seed", range(60))
def test_every_object_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(fetch, "PAGE", chance.choice((1, 3, 10)))
    monkeypatch.setattr(windows, "SLOW", chance.choice((0.0, 1.0)))
    account = Listed(times(chance))
    account.go([Window(0)])
    assert account.done == Counter(each["id"] for each in account.objects)
    assert account.saved == []


@pytest.mark.parametrize("seed", range(60))
def test_a_run_that_is_cut_anywhere_leaves_nothing_out(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(fetch, "PAGE", chance.choice((1, 3, 10)))
    account, left, runs = Listed(times(chance)), [Window(0)], 0
    while True:
        try:
            account.go(left, Budget(max_calls=chance.choice((1, 3, 50, 100))))
            break
        except RunEnds:
            left = whole({"windows": account.saved})
            runs += 1
            assert runs < 1000
            if account.objects and chance.random() < 0.3:
                # Gone from Stripe between two runs; what has been done is done.
                account.objects.remove(chance.choice(account.objects))
    assert account.done.keys() >= {each["id"] for each in account.objects}


def test_hands_work_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits within its work until all of them are at it: one after another they would never come together."""
    monkeypatch.setattr(fetch, "PAGE", 10)
    account, together = Listed(list(range(1, 2_000))), threading.Barrier(HANDS)

    def work(found: list[Json]) -> None:
        if threading.current_thread().name not in account.hands:
            together.wait(timeout=30)
        account.work(found)

    left = [Window(250 * number, 250 * (number + 1)) for number in range(HANDS)]
    Walk(Asking(Budget(), Report()), left, account.listing, work).go(account.save)
    assert len(account.hands) == HANDS
    assert len(account.done) == 1_999
    assert set(account.done.values()) == {1}


def test_a_single_page_that_takes_long_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "SLOW", -1.0)
    account, helped = Listed(list(range(1, 100))), threading.Event()
    first: list[str] = []

    def work(found: list[Json]) -> None:
        first.append(threading.current_thread().name)
        if first[0] != first[-1]:
            helped.set()
        elif len(first) > 1:  # it has offered a half, and waits for whoever takes it
            assert helped.wait(timeout=30)
        account.work(found)

    Walk(Asking(Budget(), Report()), [Window(0)], account.listing, work).go(account.save)
    assert len(account.hands) > 1
    assert set(account.done.values()) == {1}
    assert len(account.done) == 99


def test_with_few_calls_there_are_few_hands() -> None:
    def hands(calls: float) -> int:
        return Crew(Budget(max_calls=calls), Report()).hands

    assert [hands(calls) for calls in (0, 5, COST + 2, 2 * COST + 4, 3000, float("inf"))] == [1, 1, 1, 2, HANDS, HANDS]


def test_where_it_was_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PAGE", 10)
    account = Listed(list(range(1, 100)))
    account.go([Window(0, 200, after="obj_gone", reached=50)])
    assert account.done == Counter(each["id"] for each in account.objects if each["created"] <= 50)


def test_another_run_took_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PAGE", 1)
    monkeypatch.setattr(windows, "SAVE_EVERY", 0.001)
    account, taken = Listed(list(range(1, 1_000))), threading.Event()

    def work(found: list[Json]) -> None:
        account.work(found)
        assert taken.wait(timeout=30)

    def save(_: list[Json]) -> None:
        if account.done:
            taken.set()
            raise Overtaken("drift")

    with pytest.raises(Overtaken):
        Walk(Asking(Budget(), Report()), [Window(0)], account.listing, work).go(save)
    assert len(account.done) < 999


def test_what_goes_wrong_in_a_hand_is_raised_and_what_it_was_at_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PAGE", 10)
    account = Listed(list(range(1, 100)))

    def work(found: list[Json]) -> None:
        if any(each["created"] == 42 for each in found):
            raise ZeroDivisionError
        account.work(found)

    with pytest.raises(ZeroDivisionError):
        Walk(Asking(Budget(), Report()), [Window(0)], account.listing, work).go(account.save)
    account.go(whole({"windows": account.saved}))
    assert account.done.keys() == {each["id"] for each in account.objects}
