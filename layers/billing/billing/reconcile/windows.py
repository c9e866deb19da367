"""A list of Stripe's, gone through by several hands at once: one page after the other waits for the network most of the time.

It is cut by `created` into windows, each read from its newest object back to its oldest. It begins as one; whoever has nothing to
do takes the older half of the time that another has still before it, where that is more than one page. So no second belongs to
two windows or to none, wherever in time the objects are. How far each got is one id a window: a run that is cut goes on there.

    start |<-------------- to do --------------| after |== done ==| end
    start |<- for an idle hand ->| <- its own -| after |== done ==| end
"""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import stripe

from billing import fetch
from billing.reconcile.crew import Crew
from billing.shapes import Json

if TYPE_CHECKING:
    from billing.fetch import ListCall

SAVE_EVERY = 2.0
"""Seconds between two saves. What is killed between them does again what it has done since: nothing, by the order rule."""
SLOW = 1.0
"""Seconds that one page may take a hand before others help with it: about what they need to list their half of it."""


@dataclass(slots=True)
class Window:
    """Objects created in `[start, end)`, in Unix seconds; those down to the object `after`, created at `reached`, are done."""

    start: int
    end: int = 0
    """0: up to the newest there is."""
    after: str = ""
    reached: int = 0
    batch: int = 0
    """Which of several lists it is of."""


class Walk:
    """One run through a list. `windows` is what is left to do, `listing` says how a window's list is called, and `work` is given a few
    objects at a time, newest first, by several threads."""

    def __init__(
        self, crew: Crew, windows: list[Window], listing: "Callable[[Window], ListCall]", work: Callable[[list[Json]], None]
    ) -> None:
        self._crew = crew
        self._listing = listing
        self._work = work
        self._waiting = windows
        """Windows that no hand is at."""
        self._at_work: dict[int, Window] = {}
        """By thread."""
        self._changed = threading.Condition()
        self._failure: BaseException | None = None

    def go(self, save: Callable[[list[Json]], None]) -> None:
        """To the end. Raises what a hand or `save` raised first; how far every window got has then been saved.

        `save` is given what is left to do, by this thread alone: at the beginning, every few seconds and at the end."""
        hands = [threading.Thread(target=self._labour, args=(number,), name=f"hand-{number}") for number in range(self._crew.hands)]
        save(self._left())
        try:
            for hand in hands:
                hand.start()
            while not self._done_within(SAVE_EVERY):
                save(self._left())
        except BaseException as error:
            self._fail(error)
            raise
        finally:
            for hand in hands:
                hand.join()
        save(self._left())
        if self._failure:
            raise self._failure

    def _done_within(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._failure) or not (self._waiting or self._at_work), seconds)

    def _left(self) -> list[Json]:
        with self._changed:
            return [asdict(window) for window in (*self._waiting, *self._at_work.values())]

    def _labour(self, hand: int) -> None:
        try:
            while window := self._next_window(hand):
                self._go_through(window)
        except BaseException as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    def _next_window(self, hand: int) -> Window | None:
        """Waits while there may still be something to share. None when all is done, or something went wrong."""
        with self._changed:
            if self._failure:
                return None  # and what it was at stays in the books
            self._at_work.pop(hand, None)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or not self._at_work or self._failure)
            if self._failure or not self._waiting:
                return None
            self._at_work[hand] = window = self._waiting.pop()
            return window

    def _go_through(self, window: Window) -> None:
        more = True
        while more:
            page, began = self._page(window), time.monotonic()
            found, more = page["data"], page["has_more"]
            if found and not more:
                window.start = max(window.start, found[-1]["created"])
            for portion in self._crew.in_portions(found):
                if self._failure:
                    return
                ours = [each for each in portion if each["created"] >= window.start]
                if ours:
                    self._work(ours)
                    with self._changed:
                        window.after, window.reached = ours[-1]["id"], ours[-1]["created"]
                if len(ours) < len(portion):
                    return  # the rest was given away meanwhile
                if more or time.monotonic() - began > SLOW:
                    self._share(window)

    def _page(self, window: Window) -> Json:
        call = self._listing(window)
        created = {"gte": window.start} | ({"lt": window.end} if window.end else {})
        wanted: Json = {"created": created, "limit": fetch.PAGE} | ({"starting_after": window.after} if window.after else {})
        try:
            return self._crew.ask(lambda client: call(client, wanted)).data
        except stripe.InvalidRequestError:
            if not window.after:
                raise
            # The object it was at is gone: once more from the second in which that was created.
            window.end, window.after = window.reached + 1, ""
            return self._page(window)

    def _share(self, window: Window) -> None:
        """Gives the older half of what is left of a window to a hand that has nothing to do."""
        with self._changed:
            idle = self._crew.hands - len(self._at_work) - len(self._waiting)
            middle = (window.start + window.reached + 1) // 2
            if idle > 0 and window.start < middle < window.reached:
                self._waiting.append(Window(window.start, middle, batch=window.batch))
                window.start = middle
                self._changed.notify_all()


def whole(progress: dict[str, Any], *anew: Window) -> list[Window]:
    """What a job has left to do, or all of it where it was not begun yet (or by a version that had no windows)."""
    return [Window(**window) for window in progress["windows"]] if "windows" in progress else list(anew)
