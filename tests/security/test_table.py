"""docs/security.md promises nothing that no test shows, and forgets none."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from local.children import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
TESTS = ROOT / "tests"
NAMED = re.findall(r"`([\w/]+\.py)::(\w+|\*)`", PAGE)


def names_in(file: Path) -> set[str]:
    return {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def rows() -> Iterator[list[str]]:
    """Of the tables of threats."""
    for table in re.findall(r"^\| threat \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.M):
        for row in table.splitlines():
            yield [cell.strip() for cell in row.strip("|").split(" | ")]


def test_every_line_is_a_test() -> None:
    lines = list(rows())
    assert len(lines) >= 20
    for line in lines:
        assert len(line) == 3, line
        assert "::" in line[2], line[0]


def test_every_test_that_is_named_exists() -> None:
    for file, name in NAMED:
        found = names_in(TESTS / file)
        assert found if name == "*" else name in found, f"{file}::{name}"
    assert len(set(NAMED)) == len(NAMED), "each stands where it belongs, once"


def test_every_security_test_is_named() -> None:
    written = {(f"security/{file.name}", name) for file in TESTS.glob("security/test_*.py") for name in names_in(file)}
    assert written - {("security/test_table.py", name) for name in names_in(Path(__file__))} <= set(NAMED)
