"""docs/performance.md and its pictures: what is measured goes between markers, the prose around them is written by hand."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from bench import scale
from bench.artefacts import ROOT, BenchError, pip_installed
from bench.costs import bill
from bench.scale import Cost, Day
from bench.suite import BENCH_PYTHON, Bench
from billing.fetch import PAGE as LISTED

PAGE = ROOT / "docs" / "performance.md"
PICTURES = ROOT / "docs" / "images"
SIZES = [round(10 ** (step / 4)) for step in range(16, 33)]
"""From ten thousand subscribers to a hundred million."""
DAYS = [(1_000_000, "evenly"), (1_000_000, "within one hour"), (100_000_000, "evenly"), (100_000_000, "as people sign up")]
DAYS += [(100_000_000, "within one hour")]


def fill(page: str, parts: dict[str, str]) -> str:
    """The page with each `<!-- name -->…<!-- /name -->` filled anew. Raises `BenchError` for a marker that is not there."""
    for name, content in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->).*?(<!-- /{name} -->)", re.DOTALL)
        page, found = pattern.subn(lambda match, content=content: f"{match[1]}\n{content}\n{match[2]}", page)
        if not found:
            raise BenchError(f"docs/performance.md has no marker <!-- {name} -->")
    return page


def write(parts: dict[str, str]) -> None:
    PAGE.write_text(fill(PAGE.read_text(), parts))


def draw(data: dict[str, Any]) -> None:
    """Raises `BenchError` when the pictures cannot be drawn."""
    command = [BENCH_PYTHON, Path(__file__).with_name("plots.py"), PICTURES]
    done = subprocess.run(command, input=json.dumps(data), capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"the pictures could not be drawn: {done.stderr.strip().splitlines()[-1]}")


def layer_picture(bench: Bench) -> dict[str, dict[str, float]]:
    return {"ours": sizes(bench.layer / "python"), "pip": sizes(pip_installed())}


def sizes(folder: Path) -> dict[str, float]:
    """Megabytes by package, without what only describes packages."""
    found: dict[str, float] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            name = path.relative_to(folder).parts[0].partition(".")[0].partition("-")[0]
            found[name] = found.get(name, 0.0) + path.stat().st_size / 1e6
    return found


def costs_picture() -> dict[str, Any]:
    bills = [bill(size) for size in SIZES]
    return {"sizes": SIZES, "services": {name: [each[name] for each in bills] for name in bills[0]}}


def days(cost: Cost) -> list[Day]:
    return [scale.play(subscribers, shape, cost) for subscribers, shape in DAYS]


def scale_words(cost: Cost, played: list[Day]) -> str:
    lines = [
        f"Played with {cost.warm * 1000:.1f} ms of processor time for an event and {cost.cold * 1000:.0f} ms for a cold start, as measured;"
        f" at 512 MB Lambda gives {scale.MEMORY_VCPU:.2f} of a processor.",
        "",
        scale.table(played),
        "",
    ]
    return "\n".join([*lines, *reconcile_words({day.subscribers: day.events for day in reversed(played)})])


def reconcile_words(renewals: dict[int, int]) -> list[str]:
    """How fast reconcile is and why, then for each number of subscribers how long it needs for so many events of one day."""
    share = scale.share()
    lines = [
        f"Reconcile, as template.yaml has it: {share.in_a_run:.1f} pages of {LISTED} a second while it runs, which is the least of its rate"
        f" ({share.per_second:g}), of what {share.hands} hands wait for ({share.waiting:.1f}) and of what its processor can do"
        f" ({share.computing:.1f}); {share.usable:g} of {share.period:g} seconds and at most {share.max_calls:,.0f} calls a run make that"
        f" {share.sustained:.1f} a second.",
        "",
    ]
    for subscribers, events in sorted(renewals.items()):
        dollars = sum(bill(subscribers).values()) / subscribers * 1e6
        lines.append(
            f"- {subscribers:,} subscribers: reconcile lists that day's {events:,} events in {_hours(share.hours(events))}, and all"
            f" subscriptions in {_hours(share.hours(subscribers))}; AWS's bill is ${dollars:,.0f} a month for each million."
        )
    return lines


def _hours(hours: float) -> str:
    return f"{hours * 60:.0f} minutes" if hours < 2 else f"{hours:,.0f} hours"
