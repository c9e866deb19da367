"""The measurements, each a function from what was built to results."""

import dataclasses
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench import artefacts
from bench.artefacts import ROOT, Artefact
from bench.calls import calls, webhook_event
from bench.far_side import FarSide
from bench.far_side.answers import STRIPE_KEY, WEBHOOK_SECRET
from bench.measure import Call, Figure, added, count, instructions, run
from bench.metrics import Result
from bench.scale import Cost

AT_ONCE = 2
"""Measurements at a time: counting instructions, they do not disturb one another."""
MORE = 20
"""Events after the first, over which a warm one is averaged."""
FEW_MORE = 5
AGED = 2 * 3600
"""Seconds: older than any secret may be, as nearly every snapshot is that an event is started from."""
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PEERS = Path(__file__).with_name("peers")
MILLION = 1e6


@dataclass(frozen=True)
class Bench:
    """What is measured, talking to one far side."""

    far: FarSide
    calls: dict[str, Call]
    ours: Artefact
    floor: Artefact
    layer: Path
    """The layer as it was built, before a test's root was added to its bundles."""

    @classmethod
    def prepare(cls, far: FarSide, built: Path | None = None) -> "Bench":
        artefacts.runtime()  # before anything is measured at once
        ours = artefacts.ours(built)
        return cls(far, calls(far), artefacts.trusting(ours, far.root), artefacts.floor(far.roots), ours.layers[0].parent)


def repeat(n: int, measure: Callable[[], float]) -> Figure:
    return Figure.of([measure() for _ in range(n)])


def at_once(jobs: Iterable[Callable[[], Figure]]) -> list[Figure]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda job: job(), jobs))


def ratio(ours: Figure, floor: Figure, **more: float | None) -> Result:
    """Ours over the floor; its spread is both, added."""
    spread = added(ours.spread, floor.spread)
    return Result(ours.value / floor.value, min(ours.n, floor.n), spread, ours.value / MILLION, floor.value / MILLION, **more)  # pyright: ignore[reportArgumentType]


def cold(bench: Bench, name: str, n: int) -> Result:
    """A process from its start to its first answer."""
    return ratio(
        *at_once(lambda each=each: repeat(n, lambda: instructions(each, name, bench.calls[name])) for each in (bench.ours, bench.floor))
    )


def warm(bench: Bench, name: str, n: int) -> Result:
    """A further event of the same process: `MORE` of them, less what a process with one event takes."""

    def further(artefact: Artefact) -> float:
        one, many = (instructions(artefact, name, bench.calls[name], events) for events in (1, 1 + MORE))
        return (many - one) / MORE

    return ratio(*at_once(lambda each=each: repeat(n, lambda: further(each)) for each in (bench.ours, bench.floor)))


def restore(bench: Bench, n: int, aged: float = 0) -> Result:
    """The first event after a snapshot of so many seconds: a process that answers it, less one that is ready to be frozen."""

    def after(artefact: Artefact, call: Call) -> float:
        ready, answered = (instructions(artefact, "webhook", call, events, snapshot=aged) for events in (0, 1))
        return answered - ready

    call = bench.calls["webhook"]
    pairs = ((bench.ours, call), (bench.floor, dataclasses.replace(call, handler="primed_webhook.handler")))
    return ratio(*at_once(lambda pair=pair: repeat(n, lambda: after(*pair)) for pair in pairs))


def plain(bench: Bench, ours: Result, n: int) -> tuple[Result, float]:
    """Our code and the usual stack, both as plain `sam build` ships them; the latter in millions of instructions."""
    built = artefacts.plain()
    same = artefacts.trusting(built, bench.far.root)
    naive = artefacts.trusting(artefacts.naive(built), bench.far.root)
    call = bench.calls["webhook"]
    same_figure, naive_figure = at_once(
        (
            lambda: repeat(n, lambda: instructions(same, "webhook", call)),
            lambda: repeat(n, lambda: instructions(naive, "webhook", dataclasses.replace(call, handler="webhook.handler"))),
        )
    )
    assert ours.ours is not None
    value = same_figure.value / MILLION / ours.ours
    return Result(
        value, n, added(same_figure.spread, ours.spread), ours.ours, ours.floor, same_figure.value / MILLION
    ), naive_figure.value / MILLION


def zipped(bench: Bench) -> int:
    """Bytes of the layer's zip."""
    return artefacts.zipped_size(bench.layer)


def layer_size(bench: Bench, bytecode: bool) -> Result:
    """Zips of the layer and of what pip installs from the same lock file, with its bytecode or without, in MB."""
    ours, pip = zipped(bench) / 1e6, artefacts.zipped_size(artefacts.pip_installed(), bytecode) / 1e6
    return Result(ours / pip, 1, None, ours, None, pip, "MB")


def peers(bench: Bench, warm: Result, n: int) -> dict[str, Result]:
    """The same event in dj-stripe and in a Flask server like Stripe's samples, over ours."""
    assert warm.ours is not None
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "root.pem").write_text(bench.far.root)
        environment = {
            "PATH": os.defpath,
            "PYTHONHASHSEED": "0",
            "STRIPE_KEY": STRIPE_KEY,
            "STRIPE_API_BASE": bench.far.url,
            "CA": str(folder / "root.pem"),
            "WEBHOOK_SECRET": WEBHOOK_SECRET,
        }
        first, few, many = folder / "first.json", folder / "few.json", folder / "many.json"

        def further(command: list[str | Path], prepare: list[str | Path] | None) -> float:
            counted: list[int] = []
            for file, events in ((few, 1), (many, 1 + FEW_MORE)):
                if prepare:
                    for old in folder.glob("db.sqlite3*"):
                        old.unlink()
                    first.write_text(json.dumps([webhook_event()]))
                    count([*prepare, first], environment, counting=False)
                file.write_text(json.dumps([webhook_event(number) for number in range(1, 1 + events)]))
                if not prepare:
                    count([*command, file], environment, counting=False)  # bytecode is made by the first run
                counted.append(count([*command, file], environment))
            return (counted[1] - counted[0]) / FEW_MORE

        django = [BENCH_PYTHON, PEERS / "dj_stripe.py"]
        dj_stripe = repeat(n, lambda: further([*django, "serve", folder], [*django, "prepare", folder]))
        sample = repeat(n, lambda: further([BENCH_PYTHON, PEERS / "flask_sample.py"], None))
    return {
        name: Result(
            figure.value / MILLION / warm.ours, n, added(figure.spread, warm.spread), warm.ours, warm.floor, figure.value / MILLION
        )
        for name, figure in (("djstripe_over_webhook_warm", dj_stripe), ("stripe_sample_over_webhook_warm", sample))
    }


def seconds(bench: Bench) -> Cost:
    """Processor time of an event and of a cold start, in seconds, by the clock: for the scale's arithmetic alone."""

    def taken(events: int) -> float:
        before = os.times()
        run(bench.ours, "webhook", bench.calls["webhook"], events)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    one = statistics.median(taken(1) for _ in range(5))
    many = statistics.median(taken(1 + 10 * MORE) for _ in range(3))
    return Cost((many - one) / (10 * MORE), one)
