"""Builds the table from Stripe for an account that has customers already: those whose metadata names this app, stage and user.

The time since the first customer is cut into windows that are worked on side by side; who has none left takes half of what
another has still before it. How far each window got is saved in the table, every few seconds and at the end: what is interrupted
goes on where it stopped. Everything is applied by the order rule, so events may arrive meanwhile, and a part that they have
brought already stays as it is.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import stripe

from billing import snapshots
from billing.cause import begin, cause
from billing.customers import user_named_by
from billing.errors import BillingError, Undecided
from billing.fetch import ask, pages
from billing.reconcile import Budget
from billing.refresh import refresh_everything
from billing.state import jobs, store
from billing.stripe_api import gated

JOB = "backfill"
LAUNCH = 1_293_840_000
"""2011-01-01: Stripe has no older customer."""
DAY = 86_400
SMALLEST = 3600
"""Seconds: a window is not halved below this."""
SAVE_EVERY = 2.0
"""Seconds."""
NAMED = 1000
"""How many customers that were left out are kept by name: an item of the table is at most 400 KB."""

Json = dict[str, Any]


class Busy(BillingError):
    """Another process is at it."""


@dataclass(slots=True)
class Window:
    """Customers created in `[start, end)`, newest first; those down to `after` are done, and that one was created at `reached`."""

    start: int
    end: int
    after: str = ""
    reached: int = 0

    @property
    def left(self) -> int:
        """Seconds of it that are not done."""
        return (self.reached or self.end) - self.start


@dataclass(slots=True)
class Tally:
    """What was found and done, over all runs of one backfill."""

    customers: int = 0
    ours: int = 0
    written: int = 0
    """Parts that the table did not have, or had otherwise."""
    calls: int = 0
    left_out: int = 0
    """Customers of ours that could not be brought in."""
    named: list[str] = field(default_factory=list[str])
    """The first of them, and why."""

    def as_json(self) -> Json:
        told = asdict(self)
        told["leftOut"] = told.pop("left_out")
        return told


class Backfill:
    """One run. `work` returns when all is done; `tally` and `done` may be looked at meanwhile."""

    def __init__(self, budget: Budget, workers: int) -> None:
        self.tally = Tally()
        self.resumed = False
        self._budget = budget
        self._workers = workers
        self._earlier_calls = 0
        self._span = 0
        """Seconds in all; 0 until it is known where the first customer is."""
        self._windows: list[Window] = []
        """Not begun, or between two workers."""
        self._at_work: dict[int, Window] = {}
        self._changed = threading.Condition()
        self._failure: BaseException | None = None

    def work(self) -> None:
        """Raises `Busy`, `RunEnds` where Stripe asks for a rest, and what Stripe and DynamoDB raise. Then run it again."""
        begin(JOB)
        job = jobs.take(JOB)
        if job is None:
            raise Busy("A backfill is under way already (or was killed a moment ago: try again in some minutes).")
        with ExitStack() as ending:
            ending.callback(job.release)
            ending.enter_context(gated(self._budget))
            self._begin(job.progress)
            try:
                with self._crew():
                    while self._busy():
                        job.save(self._progress())
                        with self._changed:
                            self._changed.wait_for(lambda: not self._busy(), SAVE_EVERY)
            finally:
                job.save(self._progress())
            if self._failure:
                raise self._failure
            job.finish()

    @property
    def done(self) -> float:
        """From 0 to 1, by the time in which customers were created."""
        with self._changed:
            if not self._span:
                return 0.0
            return 1 - sum(window.left for window in (*self._windows, *self._at_work.values())) / self._span

    # ------------------------------------------------------------------------------------- windows

    def _begin(self, progress: Json) -> None:
        self.resumed = bool(progress)
        if self.resumed:
            self._windows = [Window(**window) for window in progress["windows"]]
            self._span = progress["span"]
            self.tally = Tally(**progress["tally"])
            self._earlier_calls = self.tally.calls
            return
        end = int(time.time()) + 1
        start = self._first_customer(end)
        self._span = end - start
        edges = [start + self._span * number // self._workers for number in range(self._workers + 1)]
        self._windows = [Window(*edge) for edge in pairwise(edges) if edge[0] < edge[1]]

    def _first_customer(self, end: int) -> int:
        """The day the oldest customer was created, by halving the time since Stripe began: some ten calls."""
        oldest, newest = LAUNCH // DAY, end // DAY
        while oldest < newest:
            middle = (oldest + newest) // 2
            before: Any = {"created": {"lt": (middle + 1) * DAY}, "limit": 1}
            if self._budget.patiently(lambda: ask(lambda client: client.v1.customers.list(before))).data["data"]:  # noqa: B023
                newest = middle
            else:
                oldest = middle + 1
        return min(oldest * DAY, end - 1)

    def _next_window(self, worker: int) -> Window | None:
        """Waits while there may still be something to share. None when all is done, or something went wrong."""
        with self._changed:
            if self._failure:
                return None  # and what it was at stays in the books
            self._at_work.pop(worker, None)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._windows or not self._at_work or self._failure)
            if self._failure or not self._windows:
                return None
            self._at_work[worker] = window = self._windows.pop()
            return window

    def _share(self, window: Window) -> None:
        """Gives half of what is left of a window to somebody who has nothing to do."""
        with self._changed:
            idle = self._workers - len(self._at_work) - len(self._windows)
            middle = window.start + window.left // 2
            if idle > 0 and window.left >= 2 * SMALLEST:
                self._windows.append(Window(window.start, middle))
                window.start = middle
                self._changed.notify_all()

    # ------------------------------------------------------------------------------------- workers

    @contextmanager
    def _crew(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._labour, args=(number,), name=f"backfill-{number}") for number in range(self._workers)]
        for thread in threads:
            thread.start()
        try:
            yield
        except BaseException as error:
            self._fail(error)
            raise
        finally:
            for thread in threads:
                thread.join()

    def _busy(self) -> bool:
        return not self._failure and bool(self._windows or self._at_work)

    def _labour(self, worker: int) -> None:
        try:
            while window := self._next_window(worker):
                self._go_through(window)
        except BaseException as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    def _go_through(self, window: Window) -> None:
        wanted: Any = {"created": {"gte": window.start, "lt": window.end}}
        try:
            for page in pages(lambda client, page: client.v1.customers.list(wanted | page), window.after, asking=self._ask):
                for customer in page.data["data"]:
                    # Its begin moves when half of it is given away.
                    if self._failure or customer["created"] < window.start:
                        return
                    self._bring_in(customer, page.lo, page.hi)
                    with self._changed:
                        window.after, window.reached = customer["id"], customer["created"]
                        self.tally.customers += 1
                self._share(window)
        except stripe.InvalidRequestError:
            if not window.after:
                raise
            window.after, window.reached = "", 0  # the customer it stopped at was deleted since: once more from its end
            self._go_through(window)

    def _ask(self, call: Any) -> Any:
        return self._budget.patiently(lambda: ask(call))

    def _bring_in(self, customer: Json, lo: int, hi: int) -> None:
        user = user_named_by(customer.get("metadata"))
        if user is None:
            return
        default = snapshots.customer(customer, lo, hi, f"{cause()} (fetched)")
        try:
            self._budget.patiently(lambda: self._refresh(user, customer["id"], default))
        except (stripe.InvalidRequestError, Undecided, KeyError, TypeError, IndexError, AttributeError) as error:
            self._leave_out(customer["id"], f"{type(error).__name__}: {error}")

    def _refresh(self, user: str, customer: str, default: Any) -> None:
        linked = store.link_customer(user, customer, int(time.time()))
        known = store.read(user)
        if linked != customer or known is None:
            self._leave_out(customer, f"user {user} has {linked} already" if linked else f"user {user} was deleted")
            return
        written = sum(refreshed.repaired for refreshed in refresh_everything(known, cause(), default))
        with self._changed:
            self.tally.ours += 1
            self.tally.written += written

    def _leave_out(self, customer: str, why: str) -> None:
        with self._changed:
            self.tally.left_out += 1
            if len(self.tally.named) < NAMED:
                self.tally.named.append(f"{customer}: {why}")

    def _progress(self) -> Json:
        with self._changed:
            self.tally.calls = self._earlier_calls + int(self._budget.calls)
            windows = [asdict(window) for window in (*self._windows, *self._at_work.values())]
            return {"windows": windows, "span": self._span, "tally": asdict(self.tally)}
