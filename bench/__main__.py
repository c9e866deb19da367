"""`python -m bench …`: see `make bench`, and --help."""

import argparse
import sys
from pathlib import Path

from bench import artefacts
from bench.artefacts import BenchError
from bench.calls import calls
from bench.far_side import FarSide
from bench.measure import Figure, instructions


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What our functions cost, as multiples of a floor.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("record", help="record anew what the far side answers (bench/recorded)")
    cold = commands.add_parser("cold", help="cold starts of the built functions over their floors")
    cold.add_argument("functions", nargs="*", default=["webhook"], help="webhook (default), checkout, cancel, account")
    cold.add_argument("--built", type=Path, help="what sam build made (else it is built now)")
    cold.add_argument("-n", type=int, default=1, help="measurements of each")
    arguments = parser.parse_args()
    try:
        return _COMMANDS[arguments.command](arguments)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1


def _cold(arguments: argparse.Namespace) -> int:
    with FarSide() as far:
        ours = artefacts.trusting(artefacts.ours(arguments.built), far.root)
        floor = artefacts.floor(far.roots)
        wanted = calls(far)
        for name in arguments.functions:
            figures = [Figure.of([instructions(artefact, name, wanted[name]) for _ in range(arguments.n)]) for artefact in (ours, floor)]
            ours_, floor_ = figures
            print(
                f"{name + '_cold_over_floor':<28} {ours_.value / floor_.value:6.2f}   "
                f"ours {ours_.value / 1e6:7.1f} M   floor {floor_.value / 1e6:6.1f} M   n {arguments.n}   "
                f"spread {max(ours_.spread, floor_.spread):.2%}",
                flush=True,
            )
        for line in far.refused:
            print(f"refused: {line}", file=sys.stderr)
        return 1 if far.refused else 0


def _record(_: argparse.Namespace) -> int:
    from bench.record import record

    record()
    return 0


_COMMANDS = {"cold": _cold, "record": _record}

if __name__ == "__main__":
    sys.exit(main())
