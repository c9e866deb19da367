"""docs/operations.md: that alarms and entries match one to one, tests/template/test_alarms.py sees to; here, what an entry says."""

import re

import pytest

from tests.docs.pages import DOCS

PAGE = (DOCS / "operations.md").read_text()
ENTRIES = dict(re.findall(r"^### (\w+Alarm)\n(.*?)(?=^#|\Z)", PAGE, re.M | re.S))


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_says_what_it_means_where_to_look_and_what_to_do(name: str) -> None:
    assert re.findall(r"\*\*(\w+)\*\*:", ENTRIES[name]) == ["Means", "Look", "Do"]
    assert "`" in ENTRIES[name] or "Dashboard" in ENTRIES[name]
