"""The stack's own child processes, apart from functions: their output is logged, and it is noticed when one ends by itself."""

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from local import processes
from local.logs import Log

ROOT = Path(__file__).resolve().parent.parent
_INHERITED = ("HOME", "LANG", "PATH", "TMPDIR")


class Children:
    """Starts modules of this project, and ends them all in `close`."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._closed = False
        self._over = threading.Event()
        self._ended: str | None = None

    def start(self, name: str, *arguments: str, pass_fds: Sequence[int] = ()) -> None:
        """Runs `python -m arguments…` for as long as the stack runs."""
        process = self._launch(name, arguments, {}, pass_fds)
        for job, target in (("log", self._pump), ("watch", self._watch)):
            threading.Thread(target=target, args=(name, process), name=f"{name} {job}", daemon=True).start()

    def start_task(self, name: str, *arguments: str, environment: Mapping[str, str]) -> None:
        """Runs `python -m arguments…`, which ends by itself; `finish_task` takes what it printed."""
        self._launch(name, arguments, environment, ())

    def finish_task(self, name: str) -> tuple[int, str]:
        """Waits for the task: its exit status, and the last line it printed."""
        process = self._processes[name]
        assert process.stdout is not None
        with process.stdout as stream:
            output = stream.read().decode("utf-8", "replace").strip()
        status = process.wait()
        processes.kill(self._processes.pop(name))
        return status, output.splitlines()[-1] if output else "no word why"

    def wait(self) -> str | None:
        """Blocks until a child ends by itself, and says which and how; None after `close`."""
        self._over.wait()
        return self._ended

    def close(self) -> None:
        self._closed = True
        self._over.set()
        for process in self._processes.values():
            processes.kill(process)

    def _launch(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], pass_fds: Sequence[int]
    ) -> subprocess.Popen[bytes]:
        # Nothing else of the host's environment: a key in it is no business of moto's or of the local Stripe's.
        inherited = {variable: os.environ[variable] for variable in _INHERITED if variable in os.environ}
        own = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        process = processes.start(arguments, env=inherited | own | dict(environment), cwd=ROOT, stdout=subprocess.PIPE, pass_fds=pass_fds)
        self._processes[name] = process
        return process

    def _pump(self, name: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._log.pump(name, process.stdout)

    def _watch(self, name: str, process: subprocess.Popen[bytes]) -> None:
        status = process.wait()
        if not self._closed:
            self._ended = f"{name} has ended (exit status {status})"
            self._over.set()
