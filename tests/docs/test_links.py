"""Every relative link of every page leads to a file, and to a heading of it where it names one."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, pages

LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)


def anchor(heading: str) -> str:
    """As GitHub makes it: lower case, no punctuation, hyphens for blanks."""
    words = re.sub(r"`|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in re.findall(r"^#{1,6} (.+)$", FENCED.sub("", page.read_text()), re.M)}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, heading = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.is_relative_to(ROOT), target
        assert found.exists(), target
        if heading and found.suffix == ".md":
            assert heading in anchors(found), target


def test_every_page_of_docs_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target).resolve() for target in LINK.findall(index.read_text()) if not re.match(r"[a-z]+:", target)}
    assert {page for page in pages() if page.is_relative_to(index.parent)} - {index} <= linked


def test_anchors_are_githubs() -> None:
    assert anchor("What it costs, and `make dev`") == "what-it-costs-and-make-dev"
    assert anchor("See [the rule](rule.py)") == "see-the-rule"
