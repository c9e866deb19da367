"""Builds the table from Stripe for an account that has customers already: those whose metadata names this app, stage and user.

The time since the first customer is cut into windows that are worked on side by side; who has none left takes half of what
another has still before it. How far each window got is saved in the table, every few seconds and at the end: what is interrupted
goes on where it stopped. Everything is applied by the order rule, so events may arrive meanwhile, and a part that they have
brought already stays as it is.
"""

import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import stripe

from billing import snapshots
from billing.cause import FETCHED, begin, cause
from billing.customers import user_named_by
from billing.errors import BillingError, Undecided
from billing.fetch import ask, pages
from billing.reconcile import Budget
from billing.reconcile.hands import LAUNCH, Hands, Window
from billing.reconcile.windows import SAVE_EVERY
from billing.refresh import refresh_everything
from billing.state import jobs, store
from billing.stripe_api import gated

JOB = "backfill"
DAY = 86_400
SMALLEST = 3600
"""Seconds: a window is not halved below this."""
NAMED = 1000
"""How many customers that were left out are kept by name: an item of the table is at most 400 KB."""

Json = dict[str, Any]


class Busy(BillingError):
    """Another process is at it."""


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
        self._hands = Hands(workers, [], self._go_through, "backfill")

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
                self._hands.go(lambda: job.save(self._progress()), SAVE_EVERY)
            finally:
                job.save(self._progress())
            self._hands.check()
            job.finish()

    @property
    def done(self) -> float:
        """From 0 to 1, by the time in which customers were created."""
        return 1 - sum(window.left for window in self._hands.left()) / self._span if self._span else 0.0

    # ------------------------------------------------------------------------------------- windows

    def _begin(self, progress: Json) -> None:
        self.resumed = bool(progress)
        if self.resumed:
            self._hands.waiting = [Window(**window) for window in progress["windows"]]
            self._span = progress["span"]
            self.tally = Tally(**progress["tally"])
            self._earlier_calls = self.tally.calls
            return
        end = int(time.time()) + 1
        start = self._first_customer(end)
        self._span = end - start
        edges = [start + self._span * number // self._workers for number in range(self._workers + 1)]
        self._hands.waiting = [Window(*edge) for edge in pairwise(edges) if edge[0] < edge[1]]

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

    # ------------------------------------------------------------------------------------- workers

    def _go_through(self, window: Window) -> None:
        wanted: Any = {"created": {"gte": window.start, "lt": window.end}}
        try:
            for page in pages(lambda client, page: client.v1.customers.list(wanted | page), window.after, asking=self._ask):
                for customer in page.data["data"]:
                    # Its begin moves when half of it is given away.
                    if self._hands.failure or customer["created"] < window.start:
                        return
                    self._bring_in(customer, page.lo, page.hi)
                    with self._hands.books:
                        window.after, window.reached = customer["id"], customer["created"]
                        self.tally.customers += 1
                self._hands.share(window, SMALLEST)
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
        default = snapshots.customer(customer, lo, hi, cause() + FETCHED)
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
        with self._hands.books:
            self.tally.ours += 1
            self.tally.written += written

    def _leave_out(self, customer: str, why: str) -> None:
        with self._hands.books:
            self.tally.left_out += 1
            if len(self.tally.named) < NAMED:
                self.tally.named.append(f"{customer}: {why}")

    def _progress(self) -> Json:
        with self._hands.books:
            self.tally.calls = self._earlier_calls + int(self._budget.calls)
            windows = [asdict(window) for window in self._hands.left()]
            return {"windows": windows, "span": self._span, "tally": asdict(self.tally)}
