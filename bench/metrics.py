"""What is measured, by the names under which it is promised, and how a result is shown."""

import datetime
import os
import platform
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Metric:
    name: str
    means: str
    at_most: float | None = None
    at_least: float | None = None
    docker: bool = False
    """Measured only with Docker: a run without says so."""

    @property
    def to_reach(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else ""

    def reached(self, value: float) -> bool:
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)


METRICS = {
    metric.name: metric
    for metric in (
        Metric("webhook_cold_over_floor", "imports, then the first signed event and its write over TLS", at_most=4.4),
        Metric("plain_sam_build_over_webhook_cold", "the same code as plain `sam build` ships it, over ours", at_least=5),
        Metric("checkout_cold_over_floor", "POST /create-checkout-session, the first request", at_most=5),
        Metric("cancel_cold_over_floor", "POST /cancel-subscription, the first request", at_most=5),
        Metric("account_cold_over_floor", "GET /account, the first request", at_most=5),
        Metric("entitlements_cold_over_floor", "GET /entitlements, the first request"),
        Metric("restore_over_floor", "the first event after a SnapStart restore, primed, over the primed floor", at_most=3.4),
        Metric("restore_aged_over_floor", "the same of a snapshot two hours old: both ask for the secret again"),
        Metric("layer_zip_over_pip", "the layer's zip, over a zip of what `pip install` leaves, bytecode included", at_most=0.12),
        Metric("layer_zip_over_pip_without_bytecode", "the same over a zip without it, as `sam build` leaves the packages"),
        Metric("webhook_warm_over_floor", "each further event", at_most=6),
        Metric("entitlements_warm_over_floor", "GET /entitlements, each further request"),
        Metric("djstripe_over_webhook_warm", "the same event in dj-stripe 2.11 on SQLite, over ours", at_least=8),
        Metric("stripe_sample_over_webhook_warm", "the same event in Stripe's Flask sample, which stores nothing, over ours"),
        Metric("dev_ready_s", "`make dev` again, until it serves, in seconds", at_most=2.5),
        Metric(
            "gateway_over_sam_local", "a warm call through `make dev`, over one through `sam local start-api`", at_most=0.2, docker=True
        ),
        Metric("webhook_events_held_60s", "events that `make dev` held in 60 s at one CPU's pace, none lost"),
    )
}


@dataclass(frozen=True)
class Result:
    """`value` as promised, a ratio or a figure; `ours` and `floor` what it was made of, in the `unit` (M: million instructions)."""

    value: float
    n: int
    spread: float | None
    ours: float | None = None
    floor: float | None = None
    naive: float | None = None
    unit: str = "M"
    on: str = ""
    """The day it was measured, where that was another run."""


def today() -> str:
    return f"{datetime.datetime.now(datetime.UTC):%d %B %Y}"


def with_naive(result: Result, naive: float) -> Result:
    return replace(result, naive=naive)


def how(quick: bool) -> str:
    """On what, and how thoroughly, the figures were measured."""
    host = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    return f"Measured on {today()}, {host}{', quickly (`make bench QUICK=1`)' if quick else ''}."


HEAD = ("metric", "value", "to reach", "", "floor", "ours, median", "naive", "n", "spread")


def rows(results: dict[str, Result], whole: bool = False) -> list[list[str]]:
    """The table's cells, in the order of `METRICS`. A whole table has what needs Docker in any case."""
    found: list[list[str]] = [[*HEAD]]
    for name, metric in METRICS.items():
        if name not in results:
            if whole and metric.docker:
                found.append([name, "not measured in this run", metric.to_reach, *[""] * (len(HEAD) - 3)])
            continue
        result = results[name]
        mark = "" if not metric.to_reach else "reached" if metric.reached(result.value) else "missed"
        mark += f", on {result.on}" if result.on else ""
        amounts = (f"{each:,.4g} {result.unit}".strip() if each is not None else "" for each in (result.floor, result.ours, result.naive))
        value = f"{result.value:,.0f}" if result.value >= 1000 else f"{result.value:.3g}"
        spread = "–" if result.spread is None else f"{result.spread:.1%}"
        found.append([name, value, metric.to_reach, mark, *amounts, str(result.n), spread])
    return found


def as_text(results: dict[str, Result]) -> str:
    """For a terminal."""
    cells = rows(results)
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(results: dict[str, Result]) -> str:
    head, *body = rows(results, whole=True)
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join((f"`{row[0]}`", *row[1:])) + " |" for row in body]
    return "\n".join(lines)


def as_json(results: dict[str, Result]) -> dict[str, dict[str, float | str | None]]:
    """What build/bench.json holds. `on` is there where a value is another day's; what needed Docker and was never measured is null."""
    found: dict[str, dict[str, float | str | None]] = {
        name: {"value": each.value, "floor": each.floor, "n": each.n, "spread": each.spread, "ours": each.ours, "naive": each.naive}
        | ({"on": each.on} if each.on else {})
        for name, each in results.items()
    }
    missing = [name for name, metric in METRICS.items() if metric.docker and name not in results]
    return found | {name: {"value": None, "floor": None, "n": 0, "spread": None} for name in missing}
