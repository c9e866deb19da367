"""Where a cold start goes: bare Python, what is imported, the first event."""

import re
from collections.abc import Iterable

from bench.artefacts import PYTHON, Artefact
from bench.measure import count, instructions, run
from bench.suite import MILLION, Bench

_LINE = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)$", re.MULTILINE)
RUNS = 15
STANDARD, OWN = "the standard library", "our own code"


def waterfall(bench: Bench, function: str, cold: float) -> list[tuple[str, float]]:
    """Steps in order with their millions of instructions; together they are `cold`.

    What imports take is counted as a whole; among packages it is shared out by the time that each module's own code takes, the least
    of `RUNS`: in one run a module that the scheduler interrupted, or that was read from the disk first, takes several times its share.
    """
    call = bench.calls[function]
    bare = count([PYTHON, "-S", "-c", "pass"], {"PYTHONHASHSEED": "0"}) / MILLION
    loaded = instructions(bench.ours, function, call, events=0) / MILLION
    said = [run(bench.ours, function, call, 0, options=["-X", "importtime"]).stderr.decode() for _ in range(RUNS)]
    shares = import_times(said, _packages(bench.ours))
    whole = sum(time for _, time in shares) or 1
    imports = [(name, (loaded - bare) * time / whole) for name, time in shares]
    return [("bare Python", bare), *imports, ("the first event", cold - loaded)]


def import_times(said: Iterable[str], packages: Iterable[str]) -> list[tuple[str, float]]:
    """From runs with `-X importtime`: by package of the layer, the standard library and our own code, the dearest first."""
    known = set(packages)
    least: dict[str, float] = {}
    for microseconds, module in (line for each in said for line in _LINE.findall(each)):
        least[module] = min(float(microseconds), least.get(module, float("inf")))
    found: dict[str, float] = {}
    for module, microseconds in least.items():
        top = module.partition(".")[0]
        name = OWN if top == "billing" else top if top in known else STANDARD
        found[name] = found.get(name, 0.0) + microseconds
    return sorted(found.items(), key=lambda each: -each[1])


def _packages(artefact: Artefact) -> set[str]:
    return {path.name.partition(".")[0] for layer in artefact.layers for path in layer.iterdir() if not path.name.endswith(".dist-info")}
