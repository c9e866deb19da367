"""Bytecode that Lambda accepts.

SAM's zips carry 1980 as every file's time, so bytecode that is checked against its source's time is thrown away and made again at each
cold start: 4,047 M instructions for the first event of the webhook as sam itself builds it, 754 M as it is built here. Here nothing is
checked; nobody edits sources on Lambda.
"""

import compileall
import sys
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any


def compile_beside(folder: Path, on_lambda: str) -> None:
    """For our own code: bytecode in __pycache__, and the source stays, so that a traceback in the log shows the line."""
    _compile(folder, folder, on_lambda, legacy=False)


def compile_in_place(files: list[Path], packages: Path, on_lambda: str) -> None:
    """For libraries: bytecode in the place of the source, half the size. A traceback names their file and line all the same."""
    for file in files:
        _compile(file, packages, on_lambda, legacy=True)
        file.unlink()


def _compile(path: Path, base: Path, on_lambda: str, legacy: bool) -> None:
    """`on_lambda`: where `base` lies there; tracebacks name the files by it."""
    how: Any = {
        "quiet": 1,
        "stripdir": base,
        "prependdir": on_lambda,
        "invalidation_mode": PycInvalidationMode.UNCHECKED_HASH,
        "legacy": legacy,
    }
    done = compileall.compile_dir(path, **how) if path.is_dir() else compileall.compile_file(path, **how)
    if not done:
        sys.exit(f"Python cannot compile {path}: see above.")


if __name__ == "__main__":
    compile_beside(Path(sys.argv[1]), sys.argv[2])
