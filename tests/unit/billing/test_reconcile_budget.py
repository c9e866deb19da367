"""A job's share of Stripe: so many calls, so long, so fast; and quiet after a 429."""

import threading
import time

import pytest
import stripe

from billing.reconcile import Budget, RunEnds, budget


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_so_many_calls_and_no_more(clock: Clock) -> None:
    share = Budget(max_calls=3)
    for _ in range(3):
        share()
    with pytest.raises(RunEnds, match="calls"):
        share()
    assert share.calls == 3


def test_so_long_and_no_longer(clock: Clock) -> None:
    share = Budget(seconds=10)
    share()
    clock.now += 11
    for late in (share, share.check):
        with pytest.raises(RunEnds, match="time"):
            late()


def test_no_call_waits_for_a_turn_after_the_end(clock: Clock) -> None:
    share = Budget(seconds=1, per_second=0.5)
    share()
    with pytest.raises(RunEnds, match="time"):
        share()
    assert clock.slept == []


def test_so_fast_and_no_faster(clock: Clock) -> None:
    share = Budget(per_second=4)
    for _ in range(9):
        share()
    assert clock.now == pytest.approx(1002)  # pyright: ignore[reportUnknownMemberType]
    clock.now += 60  # what was not used is not saved up
    before = clock.now
    for _ in range(5):
        share()
    assert clock.now - before == pytest.approx(1)  # pyright: ignore[reportUnknownMemberType]


def test_after_a_429_everybody_is_quiet_for_longer_and_longer(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "RESTS", (1.0, 4.0, 15.0))
    share = Budget()
    asked: list[float] = []

    def refused() -> None:
        share()
        asked.append(clock.now - 1000)
        raise stripe.RateLimitError("slow down")

    with pytest.raises(RunEnds, match="rate limit"):
        share.patiently(refused)
    assert asked == [0, 1, 5]
    share()
    assert clock.now - 1000 == 20


def test_the_limit_holds_across_threads() -> None:
    share = Budget(max_calls=100)
    ended: list[str] = []

    def ask() -> None:
        try:
            while True:
                share()
        except RunEnds as reason:
            ended.append(str(reason))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert share.calls == 100
    assert ended == ["out of calls"] * 8
