"""docs/operations.md: that alarms and entries match one to one, tests/template/test_alarms.py sees to; here, what an entry says."""

import re

import pytest

from tests.docs.pages import DOCS, ROOT

PAGE = (DOCS / "operations.md").read_text()
ENTRIES = dict(re.findall(r"^### (\w+Alarm)\n(.*?)(?=^#|\Z)", PAGE, re.M | re.S))


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_says_what_it_means_where_to_look_and_what_to_do(name: str) -> None:
    assert re.findall(r"\*\*(\w+)\*\*:", ENTRIES[name]) == ["Means", "Look", "Do"]
    assert "`" in ENTRIES[name] or "Dashboard" in ENTRIES[name]


def test_what_is_looked_for_in_the_log_is_what_the_code_writes_there() -> None:
    code = "".join(path.read_text() for folder in ("functions", "layers/billing/billing") for path in (ROOT / folder).rglob("*.py"))
    patterns = re.findall(r"--filter-pattern '([^']+)'", PAGE)
    phrases = {phrase for pattern in patterns for phrase in re.findall(r'^"([^"]+)"$|\$\.message = "([^"]+)"', pattern)}
    wanted = {either or message for either, message in phrases} - {"evt_1Qx"}
    assert len(wanted) >= 4
    assert {phrase for phrase in wanted if f'("{phrase}' not in code} == set()
