"""Tries the order rule on random histories, suite by suite, and ends with a table.

Exit status: 0 every history ended as Stripe has it; 1 one did not (its seed repeats it); 2 wrong arguments.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARE = 100
"""Histories that a process tries before it says how it went."""


@dataclass
class Outcome:
    """Of one suite."""

    runs: int = 0
    seconds: float = 0.0
    """Of computing, over all processes."""
    wrong: int = 0
    first: tuple[int, str] | None = None
    """The first seed that went wrong, and how."""


def main() -> int:
    arguments = _arguments()
    _use_layer(arguments.layer)
    from tests.unit.state.suites import SUITES

    unknown = [name for name in arguments.suite if name not in SUITES]
    if unknown:
        print(f"There is no suite {unknown[0]!r}. These are: {', '.join(SUITES)}", file=sys.stderr)
        return 2
    chosen = {name: suite.about for name, suite in SUITES.items() if name in arguments.suite or not arguments.suite}
    outcomes = {name: Outcome() for name in chosen}
    begun = time.monotonic()
    for name, outcome in outcomes.items():
        for part in _tried(name, arguments):
            _add(outcome, part)
            _show_progress(name, outcome, arguments)
            if outcome.wrong and arguments.first:
                break
        _end_progress(arguments)
    if not arguments.quiet:
        _table(chosen, outcomes, time.monotonic() - begun)
    for name, outcome in outcomes.items():
        if outcome.first:
            seed, problem = outcome.first
            print(f"{name}: {problem}. Again: python -m tests.chaos --suite {name!r} --seed {seed} --runs 1")
    return 1 if any(outcome.wrong for outcome in outcomes.values()) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=10_000, metavar="N", help="histories a suite (10000)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the first history; the others follow (0)")
    parser.add_argument("--suite", action="append", default=[], metavar="NAME", help="only this one; may be given several times")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (one a processor)")
    parser.add_argument("--first", action="store_true", help="leave a suite at the first history that goes wrong")
    parser.add_argument("--quiet", action="store_true", help="no progress, no table")
    parser.add_argument("--layer", type=Path, default=ROOT / "layers" / "billing", metavar="DIR", help="another copy of the code to try")
    return parser.parse_args()


def _use_layer(layer: Path) -> None:
    sys.path[:0] = [str(layer.resolve()), str(ROOT)]
    os.environ.setdefault("TABLE_NAME", "recur")


def _tried(name: str, arguments: argparse.Namespace) -> Iterator[Outcome]:
    """The suite in shares, from several processes at once."""
    end = arguments.seed + arguments.runs
    shares = [range(first, min(first + SHARE, end)) for first in range(arguments.seed, end, SHARE)]
    if arguments.jobs == 1:
        yield from (_try(name, seeds) for seeds in shares)
        return
    with ProcessPoolExecutor(arguments.jobs, initializer=_use_layer, initargs=(arguments.layer,)) as pool:
        try:
            yield from pool.map(_try, [name] * len(shares), shares)
        finally:
            pool.shutdown(cancel_futures=True)


def _try(name: str, seeds: range) -> Outcome:
    from tests.unit.state.suites import SUITES

    begun = time.monotonic()
    problems = [(seed, problem) for seed in seeds if (problem := SUITES[name].tried(seed))]
    return Outcome(len(seeds), time.monotonic() - begun, len(problems), problems[0] if problems else None)


def _add(total: Outcome, part: Outcome) -> None:
    total.runs += part.runs
    total.seconds += part.seconds
    total.wrong += part.wrong
    total.first = total.first or part.first


def _show_progress(name: str, outcome: Outcome, arguments: argparse.Namespace) -> None:
    if sys.stderr.isatty() and not arguments.quiet:
        done = outcome.runs / max(1, arguments.runs)
        bar = "█" * int(done * 30)
        print(f"\r{name:26} {bar:30} {outcome.runs:>8,} of {arguments.runs:,}  {outcome.wrong} wrong ", end="", file=sys.stderr, flush=True)


def _end_progress(arguments: argparse.Namespace) -> None:
    if sys.stderr.isatty() and not arguments.quiet:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _table(chosen: dict[str, str], outcomes: dict[str, Outcome], seconds: float) -> None:
    width = max(map(len, outcomes))
    print(f"{'suite':{width}}  {'runs':>9}  {'wrong':>6}  {'ms a run':>8}  what happens in it")
    for name, outcome in outcomes.items():
        each = 1000 * outcome.seconds / max(1, outcome.runs)
        print(f"{name:{width}}  {outcome.runs:>9,}  {outcome.wrong:>6,}  {each:>8.1f}  {chosen[name]}")
    runs, wrong = (sum(getattr(outcome, figure) for outcome in outcomes.values()) for figure in ("runs", "wrong"))
    print(f"{'all':{width}}  {runs:>9,}  {wrong:>6,}  in {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
