"""The generated parts of docs/performance.md, and the figures behind them."""

from pathlib import Path

import pytest

from bench.artefacts import BenchError, zipped_size
from bench.kept import keep, kept
from bench.measure import Figure, added
from bench.metrics import METRICS, Result, as_json, as_markdown, as_text, today
from bench.page import PAGE, fill
from bench.scale import Cost, hottest_partition, play
from bench.waterfall import OWN, STANDARD, import_times

COST = Cost(warm=0.003, cold=0.3)


def test_only_what_is_between_markers_is_written() -> None:
    page = "by hand\n<!-- table -->\nold\n<!-- /table -->\nby hand too\n"
    assert fill(page, {"table": "new"}) == "by hand\n<!-- table -->\nnew\n<!-- /table -->\nby hand too\n"


def test_a_marker_that_is_not_there_is_named() -> None:
    with pytest.raises(BenchError, match="no marker <!-- table -->"):
        fill("by hand", {"table": "new"})


def test_the_page_has_every_marker() -> None:
    fill(PAGE.read_text(), {"run": "", "table": "", "scale": ""})


def test_a_figure_is_a_median_with_the_farthest_measurement() -> None:
    assert Figure.of([10.0, 11.0, 9.5]) == Figure(10.0, 3, 0.1)


def test_one_measurement_has_no_spread() -> None:
    one = Figure.of([10.0])
    assert (one.spread, added(one.spread, 0.1), added(0.2, 0.1)) == (None, None, pytest.approx(0.3))
    results = {"webhook_cold_over_floor": Result(4.2, one.n, one.spread)}
    assert "| 1 | – |" in as_markdown(results)
    assert as_json(results)["webhook_cold_over_floor"]["spread"] is None


def test_what_needs_docker_is_shown_with_its_day_or_said_to_be_missing(tmp_path: Path) -> None:
    name = "gateway_over_sam_local"
    assert f"| `{name}` | not measured in this run | ≤ 0.2 |" in as_markdown({})
    assert as_json({})[name]["value"] is None
    file = tmp_path / "kept.json"
    assert kept(file) == {}
    keep(name, Result(0.01, 20, 0.2, 3.0, None, 300.0, "ms"), file)
    results = kept(file)
    assert f"| `{name}` | 0.01 | ≤ 0.2 | reached, on {today()} |  | 3 ms | 300 ms | 20 | 20.0% |" in as_markdown(results)
    assert as_json(results)[name]["on"] == today()
    assert name not in as_text({"webhook_cold_over_floor": Result(4.2, 1, None)})


def test_what_is_zipped_is_with_bytecode_or_without(tmp_path: Path) -> None:
    (tmp_path / "pkg" / "__pycache__").mkdir(parents=True)
    (tmp_path / "pkg" / "module.py").write_text("x = 1\n")
    alone = zipped_size(tmp_path)
    (tmp_path / "pkg" / "__pycache__" / "module.cpython-313.pyc").write_bytes(bytes(range(256)))
    assert zipped_size(tmp_path) > alone == zipped_size(tmp_path, bytecode=False)


def test_tables_say_whether_a_goal_was_reached() -> None:
    results = {"webhook_cold_over_floor": Result(4.2, 3, 0.001, 870.0, 207.0), "djstripe_over_webhook_warm": Result(7.0, 1, None)}
    assert "| `webhook_cold_over_floor` | 4.2 | ≤ 4.4 | reached | 207 M | 870 M |" in as_markdown(results)
    assert "missed" in as_text(results).splitlines()[2]
    assert as_json(results)["webhook_cold_over_floor"] | {"ours": 0} == {
        "value": 4.2,
        "floor": 207.0,
        "n": 3,
        "spread": 0.001,
        "ours": 0,
        "naive": None,
    }


def test_every_metric_that_was_promised_has_its_goal() -> None:
    assert {name for name, metric in METRICS.items() if not metric.to_reach} == {
        "restore_aged_over_floor",
        "entitlements_cold_over_floor",
        "entitlements_warm_over_floor",
        "layer_zip_over_pip_without_bytecode",
        "stripe_sample_over_webhook_warm",
        "webhook_events_held_60s",
    }


def test_import_times_are_told_by_package() -> None:
    said = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       100 |        100 |   json.decoder\n"
        "import time:       300 |        400 |     botocore.session\n"
        "import time:        50 |        450 | billing.events\n"
        "import time:        20 |        470 | webhook\n"
    )
    found = dict(import_times([said], {"botocore", "billing"}))
    assert found == {"botocore": 300.0, STANDARD: 120.0, OWN: 50.0}


def test_an_import_takes_its_least_of_all_runs() -> None:
    def said(webhook: int, botocore: int) -> str:
        return f"import time: {webhook:9} | {webhook:9} | webhook\nimport time: {botocore:9} | {botocore:9} | botocore.session\n"

    assert dict(import_times([said(20, 900), said(80, 300)], {"botocore"})) == {"botocore": 300.0, STANDARD: 20.0}


def test_a_million_renewals_need_few_environments_and_none_is_refused() -> None:
    day = play(1_000_000, "evenly", COST)
    assert (day.throttled, day.partitions) == (0, 4)
    assert day.peak_concurrency < 50


def test_what_lambda_refuses_is_stored_later() -> None:
    day = play(100_000_000, "within one hour", COST)
    assert day.throttled > 0
    assert day.peak_concurrency == 1_000
    assert play(100_000_000, "within one hour", COST, limit=10_000).throttled < day.throttled


def test_users_keys_spread_over_partitions() -> None:
    assert hottest_partition(10_000, 10) < 1_200
