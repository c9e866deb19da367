"""`reconcile`: looks for missed events now, as the scheduled function does, but to the end; with --drift all subscriptions."""

import argparse
from typing import Any

from billing.cause import begin
from billing.reconcile import Budget, begin_drift
from billing.reconcile import run as reconcile
from billing.reconcile.drift import JOB as DRIFT
from billing.reconcile.report import Report
from billing.state import jobs
from ops import deployment
from ops.commands.arguments import add_common, add_rate
from ops.screen import Stopwatch, bar, progress, show_json, show_table


def add_to(commands: Any) -> None:
    parser = commands.add_parser("reconcile", help="find what the webhook missed, and repair it")
    parser.add_argument("--drift", action="store_true", help="also compare all subscriptions with the table")
    parser.add_argument("--deep", action="store_true", help="with --drift: look at everybody in Stripe, not only at who differs")
    add_rate(parser, default=15)
    add_common(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    deployment.connect(arguments.stage)
    begin("by hand", "reconcile")
    if arguments.drift or arguments.deep:
        begin_drift(deep=arguments.deep)
    budget, watched, clock = Budget(per_second=arguments.rate), dict[str, Report](), Stopwatch()

    compared = int(jobs.ended_of(DRIFT).get("compared", 0))

    def line() -> str:
        name, report = next(reversed(watched.items()), ("", Report()))
        repaired = f"{len(report.repaired):,} repaired, {budget.calls / max(clock.seconds, 0.001):.1f} calls/s"
        if name != DRIFT:
            return f"{bar(report.reached)} {report.listed:,} events looked at, {repaired}"
        if not compared:  # Stripe says of no list how long it is
            return f"{report.listed:,} subscriptions compared, {repaired}"
        return f"{bar(report.listed / compared)} {report.listed:,} subscriptions compared of {compared:,} the last time, {repaired}"

    with progress(line):
        reports = reconcile(budget, watch=watched.__setitem__)
    if arguments.json:
        show_json({name: report.as_json() | _details(report) for name, report in reports.items()})
    else:
        _show(reports)
    if any(report.stopped for report in reports.values()):
        return 1
    return 2 if any(report.skipped for report in reports.values()) else 0


def _details(report: Report) -> dict[str, Any]:
    repairs = [{"user": user, "part": part} for user, part in report.repaired]
    return {"repairs": repairs, "notLookedAt": report.skipped}


def _show(reports: dict[str, Report]) -> None:
    rows = [
        (
            name,
            *(f"{figure:,}" for figure in (each.listed, each.fetched, len(each.repaired), len(each.skipped))),
            each.stopped or "to the end",
        )
        for name, each in reports.items()
    ]
    show_table(("list", "listed", "fetched", "repaired", "skipped", "went"), rows)
    for report in reports.values():
        for user, part in report.repaired:
            print(f"repaired {part} of user {user}")
        for skipped in report.skipped:
            print(f"skipped {skipped}")
