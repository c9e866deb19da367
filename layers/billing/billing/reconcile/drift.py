"""Goes through Stripe's list of subscriptions and compares each with what is stored: without events, so whatever was the matter.

A page is only compared with, never written: it was true somewhere between its call and its answer, and a write belongs to the
order rule. Whoever differs, or looks as if something else of theirs was missed, is refreshed as a whole. A deep scan refreshes
everybody; that is what is left to do when events are no longer listed.
"""

import time
from typing import TYPE_CHECKING, Any

from billing import snapshots
from billing.access import is_live
from billing.cause import cause
from billing.customers import user_named_by
from billing.log import logger
from billing.reconcile.crew import Crew
from billing.reconcile.hands import LAUNCH, Window
from billing.reconcile.windows import Walk, whole
from billing.refresh import Refreshed, refresh_everything
from billing.shapes import Json, child, identity
from billing.state import jobs, store
from billing.state.parts import CUSTOMER, ENTITLEMENTS, User, payment_key, payment_method_key, subscription_key

if TYPE_CHECKING:
    from billing.fetch import ListCall

JOB = "drift"


def begin_drift(deep: bool = False) -> bool:
    """Lets the next runs scan all subscriptions. False when a scan is under way already (a deep one begins anew)."""
    return jobs.begin(JOB, {"deep": deep, "begun": int(time.time()), "compared": 0, "repaired": 0}, anew=deep)


class Drift:
    """One run of the scan. Raises `RunEnds` and `Overtaken`; the job then knows where to go on."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._refreshed: set[str] = set()
        """Customers that this run has refreshed."""

    def scan(self, job: jobs.Job) -> None:
        """Goes on with the scan to its end, unless another run has ended it."""
        scan = job.progress
        if not scan:
            return
        report = self._crew.report

        def save(windows: list[Json]) -> None:
            figures = {"compared": scan["compared"] + report.listed, "repaired": scan["repaired"] + len(report.repaired)}
            job.save(scan | figures | {"windows": windows})

        Walk(self._crew, whole(scan, Window(LAUNCH)), _listed, lambda found: self._compare(found, scan["deep"])).go(save)
        result = {name: int(job.progress[name]) for name in ("begun", "compared", "repaired")}
        logger().info("Drift scan finished", extra=result)
        job.finish(result | {"at": int(time.time())})  # for `python -m ops doctor`

    def _compare(self, found: list[Json], deep: bool) -> None:
        by_customer: dict[str, list[Json]] = {}
        self._crew.report.look_at(len(found))
        for subscription in found:
            customer = identity(subscription["customer"])
            if customer is not None and _is_deleted(subscription):
                self._crew.mend(customer, lambda customer=customer: self._forget(customer))
            elif customer is not None and _may_be_ours(subscription, customer):
                by_customer.setdefault(customer, []).append(subscription)
            else:
                self._crew.report.stranger()
        named = {customer: user for customer, theirs in by_customer.items() if (user := _named_by(theirs[0]))}
        users = {} if deep else self._crew.users(named)
        for customer, theirs in by_customer.items():
            if customer in users and not any(looks_wrong(users[customer], each) for each in theirs):
                continue
            with self._crew.alone_with(customer):
                self._compare_customer(customer, theirs, deep)

    def _compare_customer(self, customer: str, found: list[Json], deep: bool) -> None:
        if customer in self._refreshed:
            return
        user = self._crew.user_of(customer)
        if user is None:
            self._crew.report.stranger(len(found))
        elif (deep or any(looks_wrong(user, each) for each in found)) and self._crew.mend(customer, lambda: self._refresh(user)):
            self._refreshed.add(customer)

    def _forget(self, customer: str) -> None:
        """Of a customer that is gone from Stripe nothing is listed but what ended with them: one read, and mostly that is all."""
        user = store.user_of(customer)
        if user is None:
            self._crew.report.stranger()
            return
        store.forget_customer(customer, int(time.time()))
        self._crew.report.add(user, Refreshed(CUSTOMER, {"id": customer}, None))

    def _refresh(self, user: User) -> None:
        for refreshed in refresh_everything(user, cause()):
            self._crew.report.add(user.id, refreshed)


def _listed(_: Window) -> "ListCall":
    wanted: Any = {"status": "all", "expand": ["data.customer"]}
    return lambda client, page: client.v1.subscriptions.list(wanted | page)


def _is_deleted(subscription: Json) -> bool:
    expanded: Any = subscription["customer"]
    return bool(expanded.get("deleted"))


def _may_be_ours(subscription: Json, customer: str) -> bool:
    """Without a call to Stripe for each customer of another app in the same account."""
    return _named_by(subscription) is not None or store.user_of(customer) is not None


def _named_by(subscription: Json) -> str | None:
    expanded: Any = subscription["customer"]
    return user_named_by(subscription.get("metadata")) or user_named_by(child(expanded, "metadata"))


def looks_wrong(user: User, found: Json) -> bool:
    """Whether a subscription as listed gives reason to look at its user: it differs from what is stored, or another part is
    missing that a live subscription has, or its latest invoice is not known to be paid."""
    try:
        value = snapshots.subscription(found, 0, 0, "").value
    except (KeyError, TypeError, IndexError, AttributeError):
        return True
    assert value is not None
    if user.part(subscription_key(value["id"])) != value:
        return True
    if not is_live(value):
        return False
    payment = user.part(payment_key(value["id"]))
    return (
        ENTITLEMENTS not in user.parts
        or (value["payment_method"] is not None and payment_method_key(value["payment_method"]) not in user.parts)
        or (value["latest_invoice"] is not None and payment != {"invoice": value["latest_invoice"], "status": "paid"})
    )
