"""The table of compiled patterns: used where it fits this Python, and left alone where not."""

import marshal
import re
from collections.abc import Callable, Iterator
from pathlib import Path
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
