"""What an operator sees: tables and JSON on standard output, progress on standard error and only where somebody looks at it."""

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

WIDTH = 30
"""Characters of a bar."""


def show_json(content: Any) -> None:
    print(json.dumps(content, indent=2))


def warn(text: str) -> None:
    """What is not the result: standard error, so that a program reads JSON and nothing else."""
    print(text, file=sys.stderr)


def show_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as what stands in them."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def moment(seconds: int) -> str:
    """Unix seconds as a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def span(seconds: float) -> str:
    """A time as people say it, in its largest unit."""
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return f"{max(0, int(seconds))} s"


def ago(moment: float) -> str:
    """Unix seconds as how long ago that is."""
    return f"{span(time.time() - moment)} ago"


def bar(done: float) -> str:
    """How much is done, from 0 to 1."""
    filled = int(min(1.0, max(0.0, done)) * WIDTH)
    return f"{'█' * filled}{'·' * (WIDTH - filled)} {done:4.0%}"


@contextmanager
def progress(line: Callable[[], str], every: float = 0.2) -> Iterator[None]:
    """Keeps showing what `line` says while the work goes on, if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()

    def show() -> None:
        while not ended.wait(every):
            print(f"\r{_cut(line())}\033[K", end="", file=sys.stderr, flush=True)

    shown = threading.Thread(target=show, daemon=True)
    shown.start()
    try:
        yield
    finally:
        ended.set()
        shown.join()
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _cut(line: str) -> str:
    """To one row of the terminal, less its last column: a carriage return leads back to the begin of a row, not of a line."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except OSError:
        columns = 0
    return line[: (columns or shutil.get_terminal_size().columns) - 1]


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun
