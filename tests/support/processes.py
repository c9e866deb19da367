"""Processes as the system sees them, and waiting for what they do."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable


def wait_for(condition: Callable[[], bool]) -> None:
    """Returns as soon as `condition` holds; fails where it never does."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "did not come true"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether `pid` still runs: a process that has ended and whose parent has not asked yet (a zombie) does not.

    `ps` tells both in one look. Asking twice, whether it is there and then what it is, meets a process that went in between.
    """
    state = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def descendants(pid: int) -> list[int]:
    """Every process below `pid`."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listing.splitlines())}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def kill(pids: Iterable[int]) -> None:
    """Ends those that still run; that one has gone by itself is as good."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
