"""docs/costs.md shows what bench/costs.py computes. After a change of a price or a habit: `COSTS=write` with this test."""

import os
import re
from itertools import pairwise

import pytest

from bench import costs
from ops.deploy import versions
from tests.docs.pages import DOCS

PAGE = DOCS / "costs.md"
MARKED = re.compile(r"(<!-- bench/costs\.py -->\n).*?(<!-- end -->)", re.S)


def test_the_page_shows_what_the_script_computes() -> None:
    page = PAGE.read_text()
    right = MARKED.sub(lambda marks: f"{marks[1]}\n{costs.table(costs.SHOWN)}\n\n{marks[2]}", page)
    if os.environ.get("COSTS") == "write":
        PAGE.write_text(right)
    assert page == right


def test_a_tier_takes_only_what_is_left_by_the_one_before() -> None:
    assert costs.tiered(((10, 1.0), (5, 0.5), (float("inf"), 0.1)), 25) == pytest.approx(10 + 2.5 + 1)
    assert costs.tiered(((10, 1.0), (5, 0.5)), 3) == 3


def test_the_bill_grows_with_every_subscriber_and_each_costs_less() -> None:
    bills = [costs.bill(size) for size in costs.SHOWN]
    for smaller, larger in pairwise(bills):
        assert all(larger[service] >= smaller[service] for service in smaller)
    without_login = [sum(each.values()) - each["Cognito (Lite)"] for each in bills]
    each = [total / size for total, size in zip(without_login, costs.SHOWN, strict=True)]
    assert each == sorted(each, reverse=True)


def test_what_the_table_holds_is_billed_by_whole_units() -> None:
    assert (costs.units(1, 1024), costs.units(1024, 1024), costs.units(1025, 1024)) == (1, 1, 2)


def test_what_snapstart_costs() -> None:
    kept, started = costs.snap_start(20, 1_000_000)
    page = PAGE.read_text()
    assert f"**${kept:.0f} a month**" in page
    assert f"**${costs.snap_start(20, 0, versions=1 + versions.KEPT)[0]:.0f} a month**" in page
    assert f"${started:.0f} for a million starts" in page
    assert f"cost ${1_000_000 * costs.COLD_SECONDS * costs.MEMORY_GB * costs.LAMBDA_GB_SECOND:.0f}: it buys time" in page


def test_the_arithmetic_is_in_the_scripts_own_figures() -> None:
    page = PAGE.read_text()
    requests, a_month = costs.READS + costs.ASKING, costs.EVENTS
    for words in (
        f"{requests:g} requests a subscriber",
        f"{requests + 2 * a_month:g} invocations",
        f"{costs.READ_SECONDS * 1000:g} ms a read, {costs.EVENT_SECONDS * 1000:g} ms an event",
        f"{costs.ASKING_SECONDS * 1000:g} ms where Stripe is asked",
        f"{a_month + 2 * costs.ASKING:g} writes of {costs.units(costs.ITEM_BYTES, 1024)} units",
        f"{costs.SHARDS} shards asked {costs.SHARD_POLLS:g} times a second",
        f"{costs.TELLING:g} events × $1.00",
        f"{costs.LOG_BYTES} bytes an invocation",
        f"{costs.METRICS} metrics of our own × $0.30, {costs.ALARMED} that alarms watch",
        f"{costs.VISITS:g} visits × {costs.FILES:g} files",
    ):
        assert words in page
