"""`make bench`, and its parts: `python -m bench --help`."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path

from bench import gate, local_stack, metrics, page, suite
from bench.artefacts import FUNCTIONS, ROOT, BenchError
from bench.far_side import FarSide
from bench.kept import keep, kept
from bench.metrics import Result
from bench.record import record
from bench.scale import Cost
from bench.suite import Bench
from bench.waterfall import waterfall

JSON = ROOT / "build" / "bench.json"
SECONDS = ROOT / "build" / "bench-seconds.json"
"""What an event and a cold start take by the clock: `python -m bench scale` plays with the last run's."""


def main() -> int:
    arguments = _arguments()
    try:
        return _COMMANDS[arguments.command](arguments)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What our functions cost, as multiples of a floor.")
    commands = parser.add_subparsers(dest="command", required=True)
    everything = commands.add_parser("all", help="every metric; writes docs/performance.md, its pictures and build/bench.json")
    everything.add_argument("--quick", action="store_true", help="one measurement where counting hardly differs: about five minutes")
    everything.add_argument("--sam-local", action="store_true", help="also against `sam local start-api` (needs Docker)")
    cold = commands.add_parser("cold", help="cold starts of the built functions over their floors")
    cold.add_argument("functions", nargs="*", default=["webhook"], help=f"{', '.join(FUNCTIONS)} (default: webhook)")
    cold.add_argument("-n", type=int, default=1, help="measurements of each")
    gated = commands.add_parser("gate", help="fails when something costs more than 5 %% more than bench/baseline.json")
    gated.add_argument("--accept", action="store_true", help="takes what is measured as the new baseline")
    for each in (everything, cold, gated):
        each.add_argument("--built", type=Path, help="the folder that `sam build` filled (else it is built now)")
    commands.add_parser("scale", help="a day on which 1 and 100 million subscribers renew")
    commands.add_parser("record", help="records anew what the far side answers (bench/recorded)")
    return parser.parse_args()


def _all(arguments: argparse.Namespace) -> int:
    results = kept()

    def add(name: str, measure: Callable[[], Result]) -> Result:
        print(f"… {name}", file=sys.stderr, flush=True)
        results[name] = measure()
        return results[name]

    n = 1 if arguments.quick else 3
    # By the clock first: nothing of ours runs beside it.
    add("dev_ready_s", lambda: local_stack.dev_ready(3 if arguments.quick else 5))
    add("webhook_events_held_60s", lambda: local_stack.events_held(15 if arguments.quick else 60))
    if arguments.sam_local:
        from bench.sam_local import gateway

        keep("gateway_over_sam_local", add("gateway_over_sam_local", lambda: gateway(20)))
    with FarSide() as far:
        bench = Bench.prepare(far, arguments.built)
        webhook = add("webhook_cold_over_floor", lambda: suite.cold(bench, "webhook", 3))
        for name in [name for name in FUNCTIONS if name != "webhook"]:
            add(f"{name}_cold_over_floor", lambda name=name: suite.cold(bench, name, n))
        add("restore_over_floor", lambda: suite.restore(bench, n))
        add("restore_aged_over_floor", lambda: suite.restore(bench, n, suite.AGED))
        warm = add("webhook_warm_over_floor", lambda: suite.warm(bench, "webhook", n))
        add("entitlements_warm_over_floor", lambda: suite.warm(bench, "entitlements", n))
        add("layer_zip_over_pip", lambda: suite.layer_size(bench, bytecode=True))
        add("layer_zip_over_pip_without_bytecode", lambda: suite.layer_size(bench, bytecode=False))
        naive: list[float] = []

        def plain() -> Result:
            found, usual = suite.plain(bench, webhook, 1)
            naive.append(usual)
            return found

        add("plain_sam_build_over_webhook_cold", plain)
        results["webhook_cold_over_floor"] = webhook = metrics.with_naive(webhook, naive[0])
        results |= suite.peers(bench, warm, 1)
        pictures = {
            "cold-start": {
                "steps": waterfall(bench, "webhook", webhook.ours or 0.0),
                "references": {
                    "the floor": webhook.floor,
                    "the usual stack": naive[0],
                    "ours, as plain sam build ships it": results["plain_sam_build_over_webhook_cold"].naive,
                },
            },
            "layer": page.layer_picture(bench),
            "costs": page.costs_picture(),
        }
        cost = suite.seconds(bench)
        _all_taken(far)
    played = page.days(cost)
    page.draw(pictures)
    page.write({"table": metrics.as_markdown(results), "scale": page.scale_words(cost, played), "run": metrics.how(arguments.quick)})
    JSON.parent.mkdir(exist_ok=True)
    JSON.write_text(json.dumps(metrics.as_json(results), indent=2) + "\n")
    SECONDS.write_text(json.dumps(dataclasses.asdict(cost), indent=2) + "\n")
    print(metrics.as_text(results))
    return 0


def _cold(arguments: argparse.Namespace) -> int:
    with FarSide() as far:
        bench = Bench.prepare(far, arguments.built)
        for name in arguments.functions:
            print(metrics.as_text({f"{name}_cold_over_floor": suite.cold(bench, name, arguments.n)}), flush=True)
        _all_taken(far)
    return 0


def _all_taken(far: FarSide) -> None:
    """Raises `BenchError` where the far side refused something: less work was then done than is measured."""
    if far.refused:
        raise BenchError(f"the far side refused: {far.refused[0]}")


def _gate(arguments: argparse.Namespace) -> int:
    with FarSide() as far:
        costs = gate.measured(Bench.prepare(far, arguments.built))
        _all_taken(far)
    made_by = gate.versions()
    if arguments.accept:
        gate.accept(costs, made_by)
    compared = gate.compare(*gate.comparable(gate.baseline(), costs, made_by))
    print(gate.table(compared))
    return 1 if any(each.fails for each in compared) else 0


def _scale(_: argparse.Namespace) -> int:
    if not SECONDS.exists():
        raise BenchError("build/bench-seconds.json says what an event takes: run `make bench` first.")
    cost = Cost(**json.loads(SECONDS.read_text()))
    print(page.scale_words(cost, page.days(cost)))
    return 0


def _record(_: argparse.Namespace) -> int:
    record()
    return 0


_COMMANDS = {"all": _all, "cold": _cold, "gate": _gate, "scale": _scale, "record": _record}

if __name__ == "__main__":
    sys.exit(main())
