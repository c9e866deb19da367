"""Hands (threads) that go through windows of time side by side, and the books of what is left to do.

Whoever has nothing to do takes the older half of the time that another has still before it. So no second belongs to two windows or to
none, and how far each got is one id a window: what is cut goes on there.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

LAUNCH = 1_293_840_000
"""2011-01-01 (Unix seconds): Stripe has nothing older."""


@dataclass(slots=True)
class Window:
    """Objects created in `[start, end)` (Unix seconds), newest first; those down to the object `after`, created at `reached`, are done."""

    start: int
    end: int = 0
    """0: up to the newest there is."""
    after: str = ""
    reached: int = 0
    batch: int = 0
    """Which of several lists it is of."""

    @property
    def left(self) -> int:
        """Seconds of it that are not done. Only for one that has an end, or was begun."""
        return (self.reached or self.end) - self.start


class Hands:
    """So many threads, each of which takes one of the windows that wait and gives it to `work`, until none is left."""

    def __init__(self, number: int, waiting: list[Window], work: Callable[[Window], None], name: str = "hand") -> None:
        self.waiting = waiting
        """Windows that no hand is at."""
        self.at_work: dict[int, Window] = {}
        """By hand."""
        self.books = threading.Condition()
        """Held by whoever changes a window, or what else has to agree with it."""
        self.failure: BaseException | None = None
        """What went wrong first. Then every hand stops as soon as it can, and what it was at stays in the books."""
        self._number = number
        self._work = work
        self._name = name

    def go(self, meanwhile: Callable[[], None], every: float) -> None:
        """Until all is done or something went wrong; then the hands are at rest. `meanwhile` is called by this thread, at the beginning and
        every so many seconds. Raises what that raises, and not what a hand did: see `check`."""
        meanwhile()
        hands = [threading.Thread(target=self._labour, args=(hand,), name=f"{self._name}-{hand}") for hand in range(self._number)]
        try:
            for hand in hands:
                hand.start()
            while not self._done_within(every):
                meanwhile()
        except BaseException as error:
            self.fail(error)
            raise
        finally:
            for hand in hands:
                hand.join()

    def check(self) -> None:
        """Raises what went wrong first, if anything did."""
        if self.failure:
            raise self.failure

    def left(self) -> list[Window]:
        with self.books:
            return [*self.waiting, *self.at_work.values()]

    def share(self, window: Window, smallest: int = 1) -> None:
        """Gives the older half of what is left of a window to a hand that has nothing to do, if both halves have `smallest` seconds."""
        with self.books:
            idle = self._number - len(self.at_work) - len(self.waiting)
            if idle > 0 and window.left >= 2 * smallest:
                middle = window.start + window.left // 2
                self.waiting.append(Window(window.start, middle, batch=window.batch))
                window.start = middle
                self.books.notify_all()

    def fail(self, error: BaseException) -> None:
        with self.books:
            self.failure = self.failure or error
            self.books.notify_all()

    def next_window(self, hand: int) -> Window | None:
        """Waits while there may still be something to share. None when all is done, or something went wrong."""
        with self.books:
            if self.failure:
                return None
            self.at_work.pop(hand, None)
            self.books.notify_all()
            self.books.wait_for(lambda: self.waiting or not self.at_work or self.failure)
            if self.failure or not self.waiting:
                return None
            self.at_work[hand] = window = self.waiting.pop()
            return window

    def _labour(self, hand: int) -> None:
        try:
            while window := self.next_window(hand):
                self._work(window)
        except BaseException as error:
            self.fail(error)

    def _done_within(self, seconds: float) -> bool:
        with self.books:
            return self.books.wait_for(lambda: bool(self.failure) or not (self.waiting or self.at_work), seconds)
