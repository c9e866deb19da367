"""Instructions of a process, counted by valgrind: the same on a busy machine as on an idle one."""

import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.artefacts import PYTHON, Artefact, BenchError, runtime, scratch

DRIVER = Path(__file__).with_name("driver.py")
_INSTRUCTIONS = re.compile(rb"I\s+refs:\s+([\d,]+)")


@dataclass(frozen=True)
class Figure:
    """`value` is the median of `n` measurements, `spread` how far the farthest is from it, as a share of it; of one there is none."""

    value: float
    n: int
    spread: float | None

    @classmethod
    def of(cls, values: list[float]) -> "Figure":
        middle = statistics.median(values)
        farthest = max(abs(value - middle) for value in values)
        return cls(middle, len(values), None if len(values) == 1 else farthest / middle if middle else 0.0)


def added(*spreads: float | None) -> float | None:
    """The spread of a ratio of such figures; none where one of them has none."""
    known = [spread for spread in spreads if spread is not None]
    return sum(known) if len(known) == len(spreads) else None


@dataclass(frozen=True)
class Call:
    """How a function is invoked: its handler, Lambda's environment, its event."""

    handler: str
    environment: dict[str, str]
    event: Callable[[], Any]
    """Made when it is sent: Stripe's signatures hold for five minutes."""


def valgrind() -> str:
    """Its path. As root on Debian it is installed when it is missing; else `BenchError` says what to do."""
    if shutil.which("valgrind") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "valgrind"]):
            subprocess.run(["apt-get", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    found = shutil.which("valgrind")
    if found is None:
        raise BenchError("valgrind is needed, which counts instructions: install it (apt-get install valgrind; it has no build for macOS).")
    return found


def instructions(artefact: Artefact, function: str, call: Call, events: int = 1, snapshot: float | None = None) -> int:
    """Of one process from its start to its last answer, bare Python included: imports, then so many events.

    `snapshot`: with SnapStart's hooks run as around one that is so many seconds old.
    """
    return _counted(run(artefact, function, call, events, snapshot, counter()).stderr)


def count(command: list[str | Path], environment: dict[str, str], counting: bool = True) -> int:
    """Of any command; 0 when it is run without counting. Raises `BenchError` when it fails."""
    before = counter() if counting else []
    done = subprocess.run([*before, *command], env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
    if done.returncode:
        raise BenchError(f"{command[1]}: {(done.stdout + done.stderr).decode(errors='replace')[-2000:]}")
    return _counted(done.stderr) if counting else 0


def counter() -> list[str]:
    """The command before the command."""
    return [valgrind(), "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]


def _counted(said: bytes) -> int:
    found = _INSTRUCTIONS.search(said)
    if found is None:
        raise BenchError(f"valgrind did not count: {said[-300:]!r}")
    return int(found[1].replace(b",", b""))


def run(
    artefact: Artefact,
    function: str,
    call: Call,
    events: int,
    snapshot: float | None = None,
    before: list[str] | None = None,
    options: list[str] | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    """The function in a process of its own, with options of Python's. Raises `BenchError` unless it answers 200."""
    environment = call.environment | {
        "PYTHONPATH": os.pathsep.join(str(path) for path in (artefact.functions[function], *artefact.layers, runtime())),
        "LAMBDA_TASK_ROOT": str(artefact.functions[function]),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand" if snapshot is None else "snap-start",
        "SNAPSHOT_SECONDS": str(snapshot or 0),
        "PYTHONHASHSEED": "0",
        # Lambda's folders cannot be written to: bytecode that is not there is made again at each cold start.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=scratch()) as file:
        json.dump([call.event()] * events, file)
        file.flush()
        command = [*(before or []), str(PYTHON), "-S", *(options or []), str(DRIVER), file.name, call.handler]
        done = subprocess.run(
            command, env=environment, cwd=artefact.functions[function], stdin=subprocess.DEVNULL, capture_output=True, timeout=600
        )
    lines = done.stdout.splitlines()
    answer = json.loads(lines[-1]) if done.returncode == 0 and lines else None
    if events and (answer is None or answer.get("statusCode") != 200):
        said = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
        raise BenchError(f"{artefact.name}, {function}: {answer or 'no answer'}\n{said}")
    return done
