"""The stack's ports: their defaults, their variables, and who holds one that is taken."""

import os
import random
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from local.http_server import listen

HOST = "127.0.0.1"
# Below Linux's ephemeral range (32768–60999), where any outgoing connection may sit on the port a moment later.
_FREE_RANGE = range(21_000, 32_000)
_BLOCK = 10
_claims: list[socket.socket] = []


class PortTaken(Exception):
    """One line: which port, its variable, and where possible who has it."""

    def __init__(self, port: int, variable: str) -> None:
        holder = _holder(port)
        by = f" by {holder}" if holder else ""
        super().__init__(f"port {port} ({variable}) is taken{by}: stop that, or set {variable} to another port")


@dataclass(frozen=True, slots=True)
class Ports:
    """One port each; Function URLs after the first take the ports after `webhook`."""

    site: int = 3000
    api: int = 3001
    webhook: int = 3002
    stripe: int = 12111
    aws: int = 4566

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Ports":
        """`SITE_PORT` and so on, else the defaults. Raises ValueError for what is not a port."""
        values: dict[str, int] = {}
        for field in fields(cls):
            text = environment.get(variable(field.name))
            if text:
                if not text.isdigit() or not 0 < int(text) < 65536:
                    raise ValueError(f"{variable(field.name)}={text} is not a port")
                values[field.name] = int(text)
        return cls(**values)

    @classmethod
    def free(cls) -> "Ports":
        """Ports nobody listens on, for tests. Several function URLs get room after `webhook`.

        They come in blocks, and this process listens on a block's last port for as long as it lives: of two processes that ask at the
        same moment only one can.
        """
        while True:
            base = random.choice(_FREE_RANGE[::_BLOCK])
            try:
                claim = listen(HOST, base + _BLOCK - 1)
            except OSError:
                continue
            if all(_is_free(base + offset) for offset in range(_BLOCK - 1)):
                _claims.append(claim)
                return cls(site=base, api=base + 1, stripe=base + 2, aws=base + 3, webhook=base + 4)
            claim.close()


def variable(name: str) -> str:
    """The environment variable that sets a port."""
    return f"{name.upper()}_PORT"


def reserve(port: int, name: str) -> socket.socket:
    """A listening socket on the port called `name` in `Ports`. Raises `PortTaken`."""
    try:
        # macOS lets a socket on 127.0.0.1 hide one on all addresses, so listening alone proves nothing there.
        socket.create_connection((HOST, port), timeout=0.5).close()
    except OSError:
        try:
            return listen(HOST, port)
        except OSError:
            pass
    raise PortTaken(port, variable(name))


def _is_free(port: int) -> bool:
    try:
        listen(HOST, port).close()
    except OSError:
        return False
    return True


def _holder(port: int) -> str | None:
    """`name (pid)` of the process that listens on the port, where the system tells."""
    pid = _holder_from_proc(port) if Path("/proc/net/tcp").exists() else _holder_from_lsof(port)
    if pid is None:
        return None
    try:
        command = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, timeout=2).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        command = ""
    return f"{command[:60]} (pid {pid})" if command else f"pid {pid}"


def _holder_from_proc(port: int) -> int | None:
    inodes: set[str] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[3] == "0A" and int(columns[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{columns[9]}]")
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            if any(os.readlink(entry) in inodes for entry in (process / "fd").iterdir()):
                return int(process.name)
        except OSError:
            continue
    return None


def _holder_from_lsof(port: int) -> int | None:
    command = ["lsof", "-nP", "-t", f"-iTCP:{port}", "-sTCP:LISTEN"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=2).stdout.split()
    except (OSError, subprocess.TimeoutExpired):
        return None
    return int(output[0]) if output else None
