"""Instructions of a process, counted by valgrind: the same on a busy machine as on an idle one."""

import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.artefacts import BUILD, PYTHON, Artefact, BenchError

DRIVER = Path(__file__).with_name("driver.py")
_INSTRUCTIONS = re.compile(rb"I\s+refs:\s+([\d,]+)")


@dataclass(frozen=True)
class Figure:
    """`value` is the median of `n` measurements, `spread` how far the farthest is from it, as a share of it."""

    value: float
    n: int
    spread: float

    @classmethod
    def of(cls, values: list[float]) -> "Figure":
        middle = statistics.median(values)
        return cls(middle, len(values), max(abs(value - middle) for value in values) / middle if middle else 0.0)


@dataclass(frozen=True)
class Call:
    """How a function is invoked: its handler, Lambda's environment, its event."""

    handler: str
    environment: dict[str, str]
    event: Any


def valgrind() -> str:
    """Its path. As root on Debian it is installed when it is missing; else `BenchError` says what to do."""
    if shutil.which("valgrind") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "valgrind"]):
            subprocess.run(["apt-get", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    found = shutil.which("valgrind")
    if found is None:
        raise BenchError("valgrind is needed, which counts instructions: install it (apt-get install valgrind; it has no build for macOS).")
    return found


def instructions(artefact: Artefact, function: str, call: Call, events: int = 1, snap_start: bool = False) -> int:
    """Of one process from its start to its last answer, bare Python included: imports, then so many events."""
    counter = [valgrind(), "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    done = run(artefact, function, call, events, snap_start, counter)
    found = _INSTRUCTIONS.search(done.stderr)
    if found is None:
        raise BenchError(f"valgrind did not count: {done.stderr[-300:]!r}")
    return int(found[1].replace(b",", b""))


def run(
    artefact: Artefact, function: str, call: Call, events: int, snap_start: bool = False, before: list[str] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """The function in a process of its own. Raises `BenchError` unless it answers 200."""
    environment = call.environment | {
        "PYTHONPATH": os.pathsep.join(str(path) for path in (artefact.functions[function], *artefact.layers)),
        "LAMBDA_TASK_ROOT": str(artefact.functions[function]),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if snap_start else "on-demand",
        "PYTHONHASHSEED": "0",
        # Lambda's folders cannot be written to: bytecode that is not there is made again at each cold start.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=BUILD) as file:
        json.dump([call.event] * events, file)
        file.flush()
        command = [*(before or []), str(PYTHON), "-S", str(DRIVER), file.name, call.handler]
        done = subprocess.run(
            command, env=environment, cwd=artefact.functions[function], stdin=subprocess.DEVNULL, capture_output=True, timeout=600
        )
    lines = done.stdout.splitlines()
    answer = json.loads(lines[-1]) if done.returncode == 0 and lines else None
    if events and (answer is None or answer.get("statusCode") != 200):
        said = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
        raise BenchError(f"{artefact.name}, {function}: {answer or 'no answer'}\n{said}")
    return done
