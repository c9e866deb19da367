"""The catalogue in memory: asked anew when it is a minute old, and good for longer when there is nobody to ask."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe
from pynamodb.exceptions import GetError

from billing import catalogue
from tests.support.memory_table import MemoryTable
from tests.support.stripe_in_process import InProcessStripe, refusal

Lines = Callable[[], list[dict[str, Any]]]


class Clock:
    """What the module takes for the present (Unix seconds)."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(catalogue, "time", clock)
    monkeypatch.setattr(catalogue, "_memory", None)
    monkeypatch.setattr(catalogue, "_unanswered", 0.0)
    return clock


def refuse(operation: object) -> None:
    raise GetError("the table does not answer")


def test_one_in_memory_is_used_while_the_table_does_not_answer(
    account: InProcessStripe, table: MemoryTable, clock: Clock, lines: Lines
) -> None:
    known = catalogue.catalogue()
    looks: list[object] = []

    def silent(operation: object) -> None:
        looks.append(operation)
        refuse(operation)

    table.around = silent
    clock.now += catalogue.MEMORY_SECONDS + 1
    assert catalogue.catalogue() is known
    [line] = [line for line in lines() if line["message"] == "The catalogue cannot be read: an older one is used"]
    assert (line["level"], line["age"], line["reason"]) == ("WARNING", 61, "GetError")
    assert catalogue.catalogue() is known
    assert len(looks) == 1, "it is left alone for a moment"
    clock.now += catalogue.RETRY_SECONDS
    catalogue.catalogue()
    assert len(looks) == 2
    # As soon as it answers again, what it has counts.
    table.around = lambda operation: operation()
    clock.now += catalogue.RETRY_SECONDS
    assert catalogue.catalogue() is not known


def test_one_in_memory_is_used_while_stripe_does_not_answer(account: InProcessStripe, clock: Clock) -> None:
    known = catalogue.catalogue()
    account.fault = lambda request: refusal(429)
    clock.now += catalogue.TABLE_SECONDS + 1
    assert catalogue.catalogue() is known


def test_but_not_for_ever(account: InProcessStripe, table: MemoryTable, clock: Clock) -> None:
    catalogue.catalogue()
    table.around = refuse
    clock.now += catalogue.STALE_SECONDS + 1
    for _ in range(2):
        with pytest.raises(GetError):
            catalogue.catalogue()


def test_without_one_the_caller_learns_of_it(account: InProcessStripe, table: MemoryTable, clock: Clock) -> None:
    account.fault = lambda request: refusal(429)
    with pytest.raises(stripe.RateLimitError):
        catalogue.catalogue()
    table.around = refuse
    with pytest.raises(GetError):
        catalogue.catalogue()
