"""The regression gate: what it lets pass, and that nothing costs more than was accepted."""

import os
import subprocess
import sys

import pytest

from bench.artefacts import ROOT, BenchError
from bench.gate import baseline, calls_per_action, compare, table
from bench.measure import valgrind


def fails(before: dict[str, float], now: dict[str, float]) -> list[str]:
    return [each.name for each in compare(before, now) if each.fails]


def test_five_per_cent_more_pass_and_six_fail() -> None:
    assert fails({"webhook_cold_over_floor": 4.0}, {"webhook_cold_over_floor": 4.19}) == []
    assert fails({"webhook_cold_over_floor": 4.0}, {"webhook_cold_over_floor": 4.24}) == ["webhook_cold_over_floor"]


def test_cheaper_passes() -> None:
    assert fails({"layer_zip_bytes": 5_000_000}, {"layer_zip_bytes": 3_000_000}) == []


def test_one_call_more_fails_where_there_was_none() -> None:
    assert fails({"calls: GET /plans": 0}, {"calls: GET /plans": 1}) == ["calls: GET /plans"]
    assert fails({"calls: GET /plans": 0}, {"calls: GET /plans": 0}) == []


def test_what_is_new_or_gone_must_be_accepted() -> None:
    assert fails({"calls: GET /old": 1}, {"calls: GET /new": 1}) == ["calls: GET /new", "calls: GET /old"]


def test_the_table_names_what_fails_first_and_how_much_dearer_it_is() -> None:
    before = {"account_cold_over_floor": 4.0, "webhook_cold_over_floor": 4.0, "calls: GET /plans": 0.0}
    lines = table(compare(before, before | {"webhook_cold_over_floor": 6.0})).splitlines()
    assert lines[1].split() == ["webhook_cold_over_floor", "4", "6", "+50.0%", "FAILS"]
    assert lines[2].split() == ["account_cold_over_floor", "4", "4", "+0.0%"]
    assert len(lines) == 3


def test_calls_are_those_of_the_page_and_were_accepted() -> None:
    now = calls_per_action()
    assert now["calls: customer.subscription.updated"] == 1
    assert now["calls: GET /entitlements"] == 1
    assert now["calls: POST /cancel-subscription, now"] == 3
    assert now["calls: POST /create-checkout-session"] == 3
    accepted = {name: value for name, value in baseline().items() if name.startswith("calls: ")}
    assert fails(accepted, now) == [], "after a change that is meant: python -m bench gate --accept"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nothing_costs_more_than_was_accepted() -> None:
    try:
        valgrind()
    except BenchError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))  # excused on a laptop, never in CI
    done = subprocess.run([sys.executable, "-m", "bench", "gate"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
