"""docs/scale.md and docs/performance.md have one set of figures: of the day that was played, and of reconcile as template.yaml has it."""

import re
from typing import Any

import pytest

from bench import costs, page, scale
from bench.scale import Share
from tests.docs.pages import DOCS

PERFORMANCE, SCALE = (DOCS / "performance.md").read_text(), (DOCS / "scale.md").read_text()
SECONDS = costs.SECONDS
MILLION, HUNDRED_MILLION = 1_000_000, 100_000_000


def played(subscribers: int, shape: str) -> dict[str, str]:
    """A row of the page's table."""
    row = re.search(rf"^\| {subscribers:,}, {shape} \| (.+) \|$", PERFORMANCE, re.M)
    assert row
    return dict(zip(("events", "peak", "concurrency"), row[1].split(" | "), strict=False))


def test_what_is_said_of_reconcile_follows_from_the_template() -> None:
    """After a change of what bounds it: `python -m bench all`, or these lines by hand."""
    days = {size: int(played(size, "evenly")["events"].replace(",", "")) for size in (MILLION, HUNDRED_MILLION)}
    assert "\n".join(page.reconcile_words(days)) in PERFORMANCE


def test_the_scale_page_uses_the_same_figures() -> None:
    share, small, large = scale.share(), played(MILLION, "evenly"), played(HUNDRED_MILLION, "evenly")
    events = {size: size * costs.EVENTS / SECONDS for size in (MILLION, HUNDRED_MILLION)}
    people = played(HUNDRED_MILLION, "as people sign up")
    for words in (
        f"{costs.EVENTS:g} million a month: {events[MILLION]:.1f} a second on average, {small['peak']} a second in the busiest",
        f"{small['concurrency']} processes at that peak",
        f"{events[MILLION] * costs.LISTED / costs.PAGE:.2f} calls a second for the events",
        f"10,000 calls, in {share.hours(MILLION) * 60:.0f} minutes",
        f"{events[HUNDRED_MILLION]:.0f} a second on average, {large['peak']} at the peak if all renew on one day, {people['peak']} if they",
        f"Lambda needs {round(int(large['concurrency']), -1)} processes",
        f"{events[HUNDRED_MILLION] * costs.LISTED / costs.PAGE:.1f} calls a second, which is all that it can do",
        f"list events once, not three times, which is {events[HUNDRED_MILLION] / costs.PAGE:.1f} a second",
        f"a million calls: {share.hours(HUNDRED_MILLION):.0f} hours",
        f"by {_WORDS[share.hands]}\nthreads",
        f"100 objects takes {costs.PAGE_SECONDS:g} s of processor time",
        f"{share.usable:g} of each {share.period:g} seconds",
        f"keeps {100 - share.per_second:g} of the 100 for people",
    ):
        assert words in SCALE
    assert events[HUNDRED_MILLION] * costs.LISTED / costs.PAGE == pytest.approx(share.sustained, abs=0.1)


_WORDS = {4: "four", 8: "eight", 16: "sixteen"}


@pytest.mark.parametrize(
    ("bound", "sustained"),
    [
        ({}, 200 * 5 / 300),
        ({"per_second": 2.0}, 200 * 2 / 300),
        ({"max_calls": 300.0}, 1.0),
        ({"hands": 1}, 200 / (0.3 + 0.024) / 300),
        ({"vcpu": 0.3}, 200 * 2 / 300),
        ({"usable": 20.0}, 20 * 5 / 300),
    ],
)
def test_the_narrowest_of_all_bounds_decides(bound: dict[str, float], sustained: float) -> None:
    wide: dict[str, Any] = {"per_second": 5.0, "max_calls": 1e9, "usable": 200.0, "period": 300.0, "vcpu": 1.0, "hands": 8} | bound
    assert Share(**wide).sustained == pytest.approx(sustained)
