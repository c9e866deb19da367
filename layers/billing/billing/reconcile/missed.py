"""Goes through Stripe's list of events and looks for those that never arrived.

`/v1/events` shows them in the account's default release, whatever the request says. So only ids are taken from them: which part
of whose user has changed. A part that accounts for all its events is left alone, which costs a read and no call to Stripe; any
other is fetched, once a run, and applied by the order rule.

A sweep covers `[start, end]` and begins `OVERLAP` before the end of the last one, since an event can be listed a while after its
own time. A part that is fetched accounts for all events of its sweep, whichever hand comes by them first. How far each hand got is
saved every few seconds: a sweep that is cut goes on there, however many events it is about.

    sweep 1     |-------------------|              cursor: its end
    sweep 2               |<-10 min>|--------|     listed from right to left, in windows side by side
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from billing.cause import FETCHED
from billing.customers import user_named_by
from billing.events import HANDLERS, Errand, Event, News, NotOurs, Unreadable
from billing.log import count, logger
from billing.reconcile.crew import Crew
from billing.reconcile.drift import begin_drift
from billing.reconcile.hands import Window
from billing.reconcile.report import Report
from billing.reconcile.windows import Walk, whole
from billing.refresh import refresh
from billing.shapes import Json, child
from billing.state.jobs import Job, Progress
from billing.state.parts import User
from billing.state.rule import accounts_for
from billing.upcoming import foresee_again

if TYPE_CHECKING:
    from billing.fetch import ListCall

Told = list[tuple[Event, News | Errand]]
"""What the events of one customer are about."""

OVERLAP = 600
REMEMBERED = 3600
"""Seconds for which a lost event is held against the webhook."""
KEPT = 29 * 86_400
"""Seconds for which events are certain to be listed (Stripe: 30 days)."""
TYPES_A_CALL = 20
"""Stripe's limit for `types`."""

_WANTED = sorted(HANDLERS)
BATCHES = [_WANTED[first : first + TYPES_A_CALL] for first in range(0, len(_WANTED), TYPES_A_CALL)]


class Missed:
    """One run of the search. Raises `RunEnds` and `Overtaken`; the job then knows where to go on."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._looked_at: set[tuple[str, str]] = set()
        """(customer, part or errand) that this run has been to Stripe for: all events of the sweep happened before."""
        self._strangers: set[str] = set()
        """Customers that this run found not to be ours."""

    def search(self, job: Job) -> None:
        """Goes on with the sweep that was cut, if one was, and catches up with the present."""
        present = int(time.time())
        while True:
            self._sweep(job, _sweep_to_do(job.progress, present))
            if job.progress["cursor"] >= present:
                return

    def _sweep(self, job: Job, sweep: Progress) -> None:
        anew = [Window(sweep["start"], sweep["end"] + 1, batch=batch) for batch in range(len(BATCHES))]
        lost, whole_time = sweep.get("lost", 0), sum(window.left for window in anew)

        def save(windows: list[Json]) -> None:
            self._crew.report.reached = 1 - sum(Window(**window).left for window in windows) / whole_time
            job.save(sweep | {"windows": windows, "lost": self._still_lost(lost)})

        Walk(self._crew, whole(sweep, *anew), _listed, self._heal).go(save)
        job.save({"cursor": sweep["end"], "lost": self._still_lost(lost)})

    def _still_lost(self, before: int) -> int:
        """When the oldest event of the last hour happened that the webhook was not told of, and of nothing since; 0 for none.

        So few events come to a small shop that one run alone never says whether the webhook is dead: of an hour it can be seen.
        """
        report, hour = self._crew.report, time.time() - REMEMBERED
        return min((created for created in (*report.untold, before) if created > max(report.arrived, hour)), default=0)

    def _heal(self, events: list[Json]) -> None:
        told: dict[str, Told] = {}
        self._crew.report.look_at(len(events))
        for content in events:
            try:
                event = Event.parse(content)
                about = HANDLERS[event.type](event)
            except NotOurs:
                continue
            except Unreadable as error:
                self._crew.report.skip(str(content.get("id")), str(error))
                continue
            if about is not None and about.customer not in self._strangers:
                told.setdefault(about.customer, []).append((event, about))
        users = self._crew.users({customer: user for customer, theirs in told.items() if (user := _named_by(theirs))})
        for customer, theirs in told.items():
            if customer in users and all(isinstance(about, News) and self._knows(users[customer], event, about) for event, about in theirs):
                continue
            with self._crew.alone_with(customer):
                self._heal_customer(customer, theirs)

    def _heal_customer(self, customer: str, told: Told) -> None:
        user = self._crew.user_of(customer)
        if user is None:
            self._strangers.add(customer)
            self._crew.report.stranger()
            return
        errands = [(event, about) for event, about in told if isinstance(about, Errand)]
        for event, errand in errands:
            self._once(customer, event.id, errand.run)
        if errands:
            user = self._crew.user_of(customer)  # who may be gone with that
        for event, about in told:
            if user and isinstance(about, News):
                self._look_at(user, event, about)

    def _look_at(self, user: User, event: Event, news: News) -> None:
        if not self._knows(user, event, news):
            by = f"{event.id} reconciled"
            self._once(user.customer, news.key, lambda: self._crew.report.add(user.id, refresh(user, news.key, by)))
            self._crew.report.never_came(user.id, news.key, event.created)
            if "items" in event.previous:
                self._once(user.customer, f"what follows {news.key}", lambda: foresee_again(user.id, news.key))

    def _knows(self, user: User, event: Event, news: News) -> bool:
        part = user.parts.get(news.key)
        if part and part.source.removesuffix(FETCHED) == event.id:
            self._crew.report.came(event.created)
        return accounts_for(part, event.id, event.created, news.subject, news.rank)

    def _once(self, customer: str, what: str, work: Callable[[], None]) -> None:
        if (customer, what) not in self._looked_at and self._crew.mend(f"{what} of {customer}", work):
            self._looked_at.add((customer, what))


def _named_by(told: Told) -> str | None:
    """The user that the metadata of one of the events' objects names: of a subscription, or of an invoice's."""
    for event, _ in told:
        of_subscription = child(child(event.object, "parent"), "subscription_details")
        if user := user_named_by(event.object.get("metadata")) or user_named_by(of_subscription.get("metadata")):
            return user
    return None


def _listed(window: Window) -> "ListCall":
    wanted: Any = {"types": BATCHES[window.batch]}
    return lambda client, page: client.v1.events.list(wanted | page)


def behind(progress: Progress, now: float) -> int:
    """Seconds from the oldest event that may not have been looked at yet to `now`."""
    looked_at_to = progress["cursor"] if "cursor" in progress else progress.get("start", now - OVERLAP) + OVERLAP
    return max(0, int(now - looked_at_to))


def undelivered(progress: Progress, report: Report, now: float) -> int:
    """Seconds from the oldest event that the webhook was not told of to `now`: of those that this run mended, and of the last hour's where
    nothing has arrived since."""
    lost = [*report.untold, *filter(None, [progress.get("lost", 0)])]
    return int(now - min(lost)) if lost else 0


def _sweep_to_do(progress: Progress, present: int) -> Progress:
    """The sweep that was cut, or the next one. Where events are no longer listed for as long as that, the drift scan takes over."""
    began = progress.get("start", progress.get("cursor", 0) - OVERLAP)
    if began < present - KEPT:
        known = bool(progress)
        if known:
            logger().error("Events are no longer listed for as long as reconcile was away: a deep drift scan takes over")
            count("ReconcileFellBack")
        begin_drift(deep=known)
        return _sweep(present - OVERLAP, present)
    return progress if "windows" in progress else _sweep(began, present) | {"lost": progress.get("lost", 0)}


def _sweep(start: int, end: int) -> Progress:
    return {"start": start, "end": end}
