"""`replay EVENT` and `replay --since TIME`: events once more through the webhook's own code."""

import argparse
import re
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from billing.reconcile import Budget, RunEnds
from billing.stripe_api import gated
from ops import deployment
from ops.commands.arguments import add_common, add_rate
from ops.replaying import Replayed, find, replay, since
from ops.screen import Stopwatch, bar, moment, progress, show_json, show_table, warn


def add_to(commands: Any) -> None:
    parser = commands.add_parser("replay", help="run an event, or all since a time, through the webhook's code once more")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("event", nargs="?", metavar="EVENT", help="an event's id (evt_...)")
    which.add_argument(
        "--since", type=_moment, metavar="TIME", help="2026-11-22, 2026-11-22T18:00 (UTC), or a time ago: 90m, 6h, 2d; at most 30 days"
    )
    add_rate(parser, default=15)
    add_common(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    deployment.connect(arguments.stage)
    budget, done = Budget(per_second=arguments.rate), list[Replayed]()
    stopped = ""
    with gated(budget):
        try:
            if arguments.event:
                done.append(replay(find(arguments.event), budget))
            else:
                _replay_since(arguments.since, budget, done)
        except (RunEnds, KeyboardInterrupt) as reason:
            stopped = str(reason) or "interrupted"
    _show(done, arguments.json)
    if stopped:
        warn(f"Stopped ({stopped}). Run it again: what was replayed does no harm a second time.")
        return 1
    return 2 if any(each.failed for each in done) else 0


def _replay_since(start: int, budget: Budget, done: list[Replayed]) -> None:
    clock, reached = Stopwatch(), 0.0

    def line() -> str:
        return f"{bar(reached)} {len(done):,} events, {budget.calls / max(clock.seconds, 0.001):.1f} calls/s"

    with progress(line):
        for content, reached in since(start, budget):  # noqa: B007 - shown by `line`
            done.append(replay(content, budget))


def _show(done: list[Replayed], as_json: bool) -> None:
    counts = Counter(each.outcome for each in done)
    if as_json:
        show_json({"events": [asdict(each) for each in done], "outcomes": counts})
        return
    rows = [(each.id, each.type, moment(each.created), f"{each.outcome} {each.reason}".rstrip()) for each in done]
    show_table(("event", "type", "created (UTC)", "outcome"), rows)
    if len(done) != 1:
        print(f"{len(done):,} events" + "".join(f", {number:,} {outcome}" for outcome, number in sorted(counts.items())))


_AGO = re.compile(r"(\d+)([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}


def _moment(text: str) -> int:
    """Unix seconds. Without a time zone, UTC is meant."""
    ago = _AGO.fullmatch(text)
    if ago:
        return int(time.time()) - int(ago[1]) * _SECONDS[ago[2]]
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: 2026-11-22, 2026-11-22T18:00, 90m, 6h, 2d") from None
    seconds = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    if seconds > time.time():
        raise argparse.ArgumentTypeError(f"{text!r} is still to come")
    return int(seconds)
