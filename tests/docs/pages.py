"""The project's pages, read as a visitor's tools would: links, fenced blocks, commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def pages() -> list[Path]:
    """Every page that belongs to the project."""
    folders = ("docs", "local", "ops", "bench", "tests", "events", "functions", "layers", "static_site")
    found = [ROOT / "README.md", *(page for folder in folders for page in (ROOT / folder).rglob("*.md"))]
    return sorted(page for page in found if not {"node_modules", "build"} & set(page.relative_to(ROOT).parts))


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `info` is what stands behind the fence: the language, and for some pages more."""

    info: str
    text: str
    line: int
    """Of its fence, from 1."""


def blocks(page: str) -> Iterator[Block]:
    for found in re.finditer(r"^```([^\n]*)\n(.*?)^```$", page, re.M | re.S):
        yield Block(found[1].strip(), found[2], page.count("\n", 0, found.start()) + 1)
