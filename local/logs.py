"""What functions and other parts print, line by line, each behind the name of who said it."""

import sys
import threading
from pathlib import Path
from typing import IO, TextIO


class Log:
    """Writes `Name | line` to a stream, unless `quiet`, and to `file` if one is given. Safe to use from many threads."""

    def __init__(self, *, quiet: bool = False, file: Path | None = None, stream: TextIO | None = None) -> None:
        self._quiet = quiet
        self._stream = stream or sys.stderr
        self._colour = self._stream.isatty()
        self._lock = threading.Lock()
        self._file: IO[str] | None = None
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._file = file.open("w", encoding="utf-8")

    def line(self, source: str, text: str) -> None:
        with self._lock:
            if self._file:
                self._file.write(f"{source} | {text}\n")
                self._file.flush()
            if not self._quiet:
                prefix = f"\x1b[36m{source}\x1b[0m" if self._colour else source
                self._stream.write(f"{prefix} | {text}\n")
                self._stream.flush()

    def pump(self, source: str, stream: IO[bytes]) -> None:
        """Logs every line of `stream` until it ends."""
        with stream:
            for line in stream:
                self.line(source, line.decode("utf-8", "replace").rstrip("\r\n"))

    def close(self) -> None:
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None
