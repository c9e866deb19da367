"""One run: the events first, then as much of a drift scan as is left to do. Each is a job of its own, with a lease."""

import time
from collections.abc import Callable

import stripe

from billing.log import logger, measure
from billing.reconcile.budget import Budget, RunEnds
from billing.reconcile.crew import Crew
from billing.reconcile.drift import JOB as DRIFT
from billing.reconcile.drift import Drift, begin_drift
from billing.reconcile.missed import Missed, behind, undelivered
from billing.reconcile.report import Report
from billing.state import jobs
from billing.stripe_api import gated

EVENTS = "events"
TAKEN = "another run is at it"

__all__ = ["begin_drift", "run"]


Watch = Callable[[str, Report], None]


def run(budget: Budget, watch: Watch = lambda name, report: None) -> dict[str, Report]:
    """What was found, for `events` and, if one is under way, for `drift`. What a run does not get to, the next one does.

    `watch` is given each report when it is begun, to be looked at while it fills. Raises what DynamoDB raises, and of Stripe's
    errors those that another run would meet as well (a key that may not do this).
    """
    with gated(budget):
        reports = {EVENTS: _run(EVENTS, budget, watch, lambda crew, job: Missed(crew).search(job))}
        if not reports[EVENTS].stopped and jobs.under_way(DRIFT):
            reports |= {DRIFT: _run(DRIFT, budget, watch, lambda crew, job: Drift(crew).scan(job))}
    for name, report in reports.items():
        logger().info("Reconcile", extra={"list": name, **report.as_json()})
    drifted = len(reports[DRIFT].repaired) if DRIFT in reports else 0
    measure("ReconcileRepaired", len(reports[EVENTS].lost) + drifted)
    measure("ReconcileSkipped", sum(len(report.skipped) for report in reports.values()))
    if reports[EVENTS].stopped != TAKEN:  # who looked at nothing cannot say that nothing waits
        measure("ReconcileBehindSeconds", reports[EVENTS].behind)
        measure("ReconcileUndeliveredSeconds", reports[EVENTS].undelivered)
    return reports


def _run(name: str, budget: Budget, watch: Watch, work: Callable[[Crew, jobs.Job], None]) -> Report:
    report, began = Report(), time.time()
    watch(name, report)
    job = jobs.take(name)
    if job is None:
        report.stopped = TAKEN
        return report
    try:
        work(Crew(budget, report), job)
    except RunEnds as reason:
        report.stopped = str(reason)
    except jobs.Overtaken:
        report.stopped = "another run took over"
    except (stripe.APIConnectionError, stripe.APIError) as error:
        logger().warning("Stripe does not answer", extra={"status": error.http_status, "request": error.request_id})
        report.stopped = "Stripe does not answer"
    finally:
        job.release()
    if name == EVENTS:
        report.behind = behind(job.progress, began)
        report.undelivered = undelivered(job.progress, report, began)
    return report
