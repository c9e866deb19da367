"""docs/costs.md shows what bench/costs.py computes. After a change of a price or a habit: `COSTS=write` with this test."""

import os
import re
from itertools import pairwise

import pytest

from bench import costs
from billing.log import count
from local.template.yaml_reader import read_yaml
from ops.deploy import versions
from tests.docs.pages import DOCS, ROOT

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


def test_our_own_log_lines_are_about_as_long_as_is_billed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "recur-prod")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "recur")
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    count("WebhookEvent", outcome="written")
    assert len(capsys.readouterr().out) == pytest.approx(costs.METRIC_LOG, rel=0.1)
    form = read_yaml(ROOT / "template.yaml")["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"]
    # Eleven characters a value: ids of 16 and 36, a time of 13, a route of some 20, numbers, and "-" for what there is not.
    assert len(re.sub(r"\$context\.[\w.]+", "-" * 11, form)) == pytest.approx(costs.API_LOG, rel=0.1)


def test_reconcile_is_billed_by_the_memory_it_has() -> None:
    properties = read_yaml(ROOT / "template.yaml")["Resources"]["ReconcileFunction"]["Properties"]
    assert properties["MemorySize"] / 1024 == costs.RECONCILE_GB
    assert read_yaml(ROOT / "template.yaml")["Parameters"]["ReconcileMaxCalls"]["Default"] == costs.SWEEP_CALLS


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
        f"and reconcile's own: {costs.SWEEP_WRITES} a run and one every {costs.SAVE_SECONDS:g} s",
        f"{costs.READS:g} reads, {costs.NAMELESS:g} by the webhook",
        f"{30 * costs.SCAN_READS} by the daily drift scan",
        f"{costs.LISTED * ((a_month - costs.NAMELESS) * costs.SWEEP_READS + costs.NAMELESS * costs.SWEEP_READS_NAMELESS):g} by reconcile's",
        f"reconcile, {costs.PAGE_SECONDS * 1000:g} ms a page, at {costs.RECONCILE_GB * 1024:,.0f} MB",
        f"{costs.LAMBDA_LOG} bytes an invocation for Lambda's own two lines, {costs.API_LOG} a request",
        f"{costs.STRIPE_LOG} a call to Stripe, {costs.EVENT_LOG} an event and {costs.METRIC_LOG} for its metric",
        f"{costs.METRICS} metrics of our own × $0.30, {costs.ALARMED} that alarms watch",
        f"{costs.VISITS:g} visits × {costs.FILES:g} files",
    ):
        assert words in page
