"""Child processes that end with this one: each in a group of its own, tethered to us (see tether.py)."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_TETHER = Path(__file__).with_name("tether.py")


def start(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    python_options: Sequence[str] = (),
    stdout: int | IO[bytes] | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Runs a Python module or file with its arguments; standard error goes where standard output goes."""
    # -P: the folder of tether.py must not be on the child's import path.
    command = [sys.executable, "-P", *python_options, str(_TETHER), *arguments]
    return subprocess.Popen(
        command,
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.STDOUT if stdout is not None else None,
        pass_fds=tuple(pass_fds),
        start_new_session=True,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and all it started, at once, and reaps it. What it started may outlive it, so its group goes in any case."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # macOS: EPERM when only a zombie is left
    process.wait()
    if process.stdin:
        process.stdin.close()
