"""The regression gate: `python -m bench gate` measures again and fails when something costs more than 5 % more than bench/baseline.json.

Held are ratios over the floor measured beside them, so that a machine, a Python or an OpenSSL does not matter; the instructions themselves
where those are the baseline's, so that a slower floor hides nothing; the layer's bytes; and the calls per action of docs/calls.md, whose
test counts them. After a change that is meant: `python -m bench gate --accept`.
"""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench import suite
from bench.artefacts import FUNCTIONS, PYTHON, ROOT
from bench.metrics import Result
from bench.suite import Bench

BASELINE = Path(__file__).with_name("baseline.json")
ALLOWED = 0.05

Costs = dict[str, float]
Versions = dict[str, str]
COUNTED = "_instructions"
"""How the name of a cost ends that only the same versions make comparable."""


@dataclass(frozen=True)
class Compared:
    """One line of the gate's table: a cost that is `None` is not there any more, or is new."""

    name: str
    before: float | None
    now: float | None

    @property
    def change(self) -> float:
        """As a share of what it was."""
        if not self.before:
            return 0.0 if not self.now or self.before is None else float("inf")
        return (self.now or 0.0) / self.before - 1

    @property
    def fails(self) -> bool:
        """Whether it costs too much; what nobody accepted yet, or nobody measures any more, fails too."""
        return self.before is None or self.now is None or self.change > ALLOWED


def compare(before: Costs, now: Costs) -> list[Compared]:
    """The worst first."""
    found = [Compared(name, before.get(name), now.get(name)) for name in {**before, **now}]
    return sorted(found, key=lambda each: (not each.fails, -each.change, each.name))


def measured(bench: Bench) -> Costs:
    """What a change must not make dearer. About three minutes."""
    results = {f"{name}_cold": suite.cold(bench, name, 1) for name in FUNCTIONS}
    results |= {f"{name}_warm": suite.warm(bench, name, 1) for name in ("webhook", "entitlements")}
    results |= {"restore": suite.restore(bench, 1), "restore_aged": suite.restore(bench, 1, suite.AGED)}
    return as_costs(results) | {"layer_zip_bytes": suite.zipped(bench)} | calls_per_action()


def as_costs(results: dict[str, Result]) -> Costs:
    """Each as a ratio over its floor, and as instructions."""
    costs = {f"{name}_over_floor": result.value for name, result in results.items()}
    return costs | {f"{name}{COUNTED}": round((result.ours or 0.0) * suite.MILLION) for name, result in results.items()}


def versions() -> Versions:
    """What instructions depend on besides our code: the measured Python, its OpenSSL, the processor."""
    script = "import json, platform, ssl; print(json.dumps([platform.python_version(), ssl.OPENSSL_VERSION, platform.machine()]))"
    done = subprocess.run([PYTHON, "-S", "-c", script], capture_output=True, text=True, check=True)
    return dict(zip(("python", "openssl", "machine"), json.loads(done.stdout), strict=True))


def comparable(before: "Baseline", now: Costs, made_by: Versions) -> tuple[Costs, Costs]:
    """The costs of the baseline and of now; without instructions where other versions counted them."""
    if before.made_by == made_by:
        return before.costs, now
    ratios, ratios_now = ({name: cost for name, cost in costs.items() if not name.endswith(COUNTED)} for costs in (before.costs, now))
    return ratios, ratios_now


def calls_per_action(page: Path = ROOT / "docs" / "calls.md") -> Costs:
    """DynamoDB's and Stripe's calls by request and event, as docs/calls.md has them."""
    found = re.findall(r"^\| ([^|]+?) \| (\d+) \| (\d+) \|", page.read_text(), re.MULTILINE)
    return {f"calls: {action}": int(table) + int(stripe) for action, table, stripe in found}


def table(compared: list[Compared]) -> str:
    """For a terminal: everything measured, and of the counted calls what has changed."""
    shown = [each for each in compared if each.fails or not each.name.startswith("calls: ")]
    cells = [("cost", "accepted", "now", "change", "")]
    for each in shown:
        change = "" if each.before is None or each.now is None else f"{each.change:+.1%}"
        cells.append((each.name, _figure(each.before), _figure(each.now), change, "FAILS" if each.fails else ""))
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    return "\n".join(
        f"{name.ljust(widths[0])}  {before.rjust(widths[1])}  {now.rjust(widths[2])}  {change.rjust(widths[3])}  {verdict}".rstrip()
        for name, before, now, change, verdict in cells
    )


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == int(value) else f"{value:.2f}"


@dataclass(frozen=True)
class Baseline:
    """bench/baseline.json: what was accepted, and with which versions it was measured."""

    made_by: Versions
    costs: Costs


def baseline(file: Path = BASELINE) -> Baseline:
    return Baseline(**json.loads(file.read_text()))


def accept(costs: Costs, made_by: Versions, file: Path = BASELINE) -> None:
    """Writes the baseline."""
    rounded = {name: round(value, 3) if value != int(value) else int(value) for name, value in costs.items()}
    file.write_text(json.dumps({"made_by": made_by, "costs": rounded}, indent=2) + "\n")
