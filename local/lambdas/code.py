"""Has the code of a function changed since a worker loaded it?"""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

Fingerprint = dict[str, tuple[int, int]]
"""Path → modification time (ns) and size of every file a worker may have loaded."""


def fingerprint(folders: tuple[Path, ...]) -> Fingerprint:
    """The files of these folders as they are now. About 0.1 ms for 50 files."""
    return {entry.path: (stat.st_mtime_ns, stat.st_size) for folder in folders for entry, stat in _files(str(folder))}


def forget_bytecode(before: Fingerprint, after: Fingerprint) -> None:
    """Removes the cached bytecode of files that changed.

    Python trusts a .pyc whose source has the same size and the same time in whole seconds: two quick edits would run the first.
    """
    for path, state in after.items():
        if before.get(path) != state and path.endswith(".py"):
            try:
                os.unlink(importlib.util.cache_from_source(path))
            except OSError:
                pass


def _files(folder: str) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.name == "__pycache__" or entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _files(entry.path)
        else:
            try:
                yield entry, entry.stat()
            except FileNotFoundError:
                continue  # an editor's temporary file, gone again
