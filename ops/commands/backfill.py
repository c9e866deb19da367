"""`backfill`: builds the table from Stripe, for an account that has customers already."""

import argparse
from typing import Any

from billing.reconcile import Budget, RunEnds
from ops import deployment
from ops.backfill import Backfill
from ops.commands.arguments import add_common, add_rate
from ops.screen import Stopwatch, bar, progress, show_json, warn

SHOWN = 20
"""Customers left out that are named; the JSON names more."""


def add_to(commands: Any) -> None:
    parser = commands.add_parser("backfill", help="build the table from Stripe; interrupted, it goes on where it stopped")
    parser.add_argument("--workers", type=int, default=8, choices=range(1, 33), metavar="N", help="windows of time worked on at once (8)")
    add_rate(parser, default=20)
    add_common(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    deployment.connect(arguments.stage)
    budget, clock = Budget(per_second=arguments.rate), Stopwatch()
    backfill = Backfill(budget, arguments.workers)

    def line() -> str:
        tally = backfill.tally
        going = "" if not backfill.resumed else " (going on)"
        return f"{bar(backfill.done)} {tally.customers:,} customers, {tally.ours:,} ours, {budget.calls / clock.seconds:.1f} calls/s{going}"

    try:
        with progress(line):
            backfill.work()
    except (RunEnds, KeyboardInterrupt) as reason:
        warn(f"Stopped ({str(reason) or 'interrupted'}). Run it again, and it goes on.")
        return 1
    tally = backfill.tally
    if arguments.json:
        show_json(tally.as_json() | {"seconds": round(clock.seconds, 1)})
        return 2 if tally.left_out else 0
    print(
        f"{tally.customers:,} customers, {tally.ours:,} of them ours; {tally.written:,} parts written with {tally.calls:,} calls to Stripe."
    )
    if tally.left_out:
        print(f"{tally.left_out:,} could not be brought in:", *tally.named[:SHOWN], sep="\n")
    return 2 if tally.left_out else 0
