"""A list of Stripe's, gone through by several hands at once: one page after the other waits for the network most of the time.

It is cut by `created` into windows, each read from its newest object back to its oldest. It begins as one; whoever has nothing to
do takes a part of another (`hands`), where what is left is more than one page.

    start |<-------------- to do --------------| after |== done ==| end
    start |<- for an idle hand ->| <- its own -| after |== done ==| end
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import stripe

from billing import fetch
from billing.reconcile.crew import Crew
from billing.reconcile.hands import Hands, Window
from billing.shapes import Json

if TYPE_CHECKING:
    from billing.fetch import ListCall

SAVE_EVERY = 2.0
"""Seconds between two saves. What is killed between them does again what it has done since: nothing, by the order rule."""
SLOW = 1.0
"""Seconds that one page may take a hand before others help with it: about what they need to list their half of it."""


class Walk:
    """One run through a list. `windows` is what is left to do, `listing` says how a window's list is called, and `work` is given a few
    objects at a time, newest first, by several threads."""

    def __init__(
        self, crew: Crew, windows: list[Window], listing: "Callable[[Window], ListCall]", work: Callable[[list[Json]], None]
    ) -> None:
        self._crew = crew
        self._listing = listing
        self._work = work
        self._hands = Hands(crew.hands, windows, self._go_through)

    def go(self, save: Callable[[list[Json]], None]) -> None:
        """To the end. Raises what a hand or `save` raised first; how far every window got has then been saved.

        `save` is given what is left to do, by this thread alone: at the beginning, every few seconds and at the end."""

        def save_left() -> None:
            save([asdict(window) for window in self._hands.left()])

        self._hands.go(save_left, SAVE_EVERY)
        save_left()
        self._hands.check()

    def _go_through(self, window: Window) -> None:
        more = True
        while more:
            page, began = self._page(window), time.monotonic()
            found, more = page["data"], page["has_more"]
            if found and not more:
                window.start = max(window.start, found[-1]["created"])
            for portion in self._crew.in_portions(found):
                if self._hands.failure:
                    return
                ours = [each for each in portion if each["created"] >= window.start]
                if ours:
                    self._work(ours)
                    with self._hands.books:
                        window.after, window.reached = ours[-1]["id"], ours[-1]["created"]
                if len(ours) < len(portion):
                    return  # the rest was given away meanwhile
                if more or time.monotonic() - began > SLOW:
                    self._hands.share(window)

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


def whole(progress: dict[str, Any], *anew: Window) -> list[Window]:
    """What a job has left to do, or all of it where it was not begun yet (or by a version that had no windows)."""
    return [Window(**window) for window in progress["windows"]] if "windows" in progress else list(anew)
