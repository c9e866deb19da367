"""The table of compiled patterns: used where it fits this Python, and left alone where not."""

import marshal
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from billing import patterns

MAGIC: int = re._compiler.MAGIC  # pyright: ignore
Table = Callable[..., None]
PATTERN, OTHER = "recur(?P<number>[0-9]+)", "recur([a-z]+)"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """Writes the table and takes it into use. The one entry answers for `PATTERN` with the code of `OTHER`, so that it can be told."""
    compiler: Any = re._compiler  # pyright: ignore
    monkeypatch.setattr(compiler, "compile", compiler.compile)
    monkeypatch.setattr(patterns, "_FILE", tmp_path / "billing_patterns")
    re.purge()

    def write(magic: int = MAGIC, flags: int = 0) -> None:
        other = re._compiler._code(re._parser.parse(OTHER), 0)  # pyright: ignore
        entry = (32, [*map(int, other)], 1, {"number": 1}, (None, "number"))
        (tmp_path / "billing_patterns").write_bytes(marshal.dumps((magic, {(PATTERN, flags): entry}), 2))
        patterns.use()

    yield write
    re.purge()


def test_what_is_in_the_table_is_not_compiled_again(table: Table) -> None:
    table()
    found = re.compile(PATTERN)
    assert found.fullmatch("recurabc")
    assert (found.pattern, found.groupindex) == (PATTERN, {"number": 1})


def test_what_is_not_in_it_is_compiled_as_ever(table: Table) -> None:
    table()
    assert re.compile(OTHER).fullmatch("recurabc")
    with pytest.raises(re.error):
        re.compile("(")


def test_other_flags_make_another_pattern(table: Table) -> None:
    table()
    assert re.compile(PATTERN, re.IGNORECASE).fullmatch("RECUR12")


def test_a_table_for_another_matcher_is_left_alone(table: Table) -> None:
    table(magic=1)
    assert re.compile(PATTERN).fullmatch("recur12")


def test_from_the_sources_there_is_none(table: Table) -> None:
    before = re._compiler.compile  # pyright: ignore
    patterns.use()
    assert re._compiler.compile is before  # pyright: ignore


@pytest.mark.parametrize("missing", ["_sre", "_compiler", "MAGIC"])
def test_a_python_that_keeps_its_compiler_elsewhere_compiles_as_ever(table: Table, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    compiler: Any = re._compiler  # pyright: ignore
    compile = compiler.compile
    table()
    compiler.compile = compile
    re.purge()
    with monkeypatch.context() as patch:
        if missing == "_compiler":
            patch.delattr(re, "_compiler")
        else:
            matcher = {} if missing == "_sre" else {"_sre": SimpleNamespace(compile=compiler._sre.compile)}
            patch.setattr(re, "_compiler", SimpleNamespace(compile=compile, **matcher))
        patterns.use()
    assert re.compile(PATTERN).fullmatch("recur12")


def test_no_pattern_is_compiled_before_the_table_is_in_use() -> None:
    program = f"""
import re, sys
compile, compiled = re._compiler.compile, []
re._compiler.compile = lambda pattern, flags=0: (compiled.append(pattern), compile(pattern, flags))[1]
sys.path.insert(0, {str(Path(patterns.__file__).parents[1])!r})
import builtins
opened = builtins.open
def told(name, *rest):
    if "billing_patterns" in str(name):
        print(len(compiled))
    return opened(name, *rest)
builtins.open = told
import billing
"""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]
