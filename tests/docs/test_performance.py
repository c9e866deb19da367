"""Figures of the last `make bench` that are typed by hand elsewhere, held against its table in docs/performance.md.

Two figures agree when both can be one value rounded: 3.8 and 3.77 do, 3.8 and 4.09 do not. After a run, type those that fail anew.
"""

import math
import re

import pytest

from tests.docs.pages import ROOT

Interval = tuple[float, float]

VALUE, FLOOR, OURS, NAIVE = range(4)
DIGITS = (3, 4, 4, 4)
"""Significant digits that the table's columns are printed with (bench/metrics.py)."""

COLD, LAYER = "webhook_cold_over_floor", "layer_zip_over_pip"
RECORD, COMPILED = "docs/decisions/0012-the-layer-is-shaken.md", "layers/billing/shake/bytecode.py"
TYPED = [
    ("README.md", r"\[([\d.]+) times\s+the\s+instructions\]", COLD, (VALUE,)),
    ("README.md", r"as `sam build` ships it, takes ([\d.]+)\.", COLD, (NAIVE, FLOOR)),
    ("README.md", r"zip is ([\d.]+) MB", LAYER, (OURS,)),
    ("README.md", r"would be (\d+),", LAYER, (NAIVE,)),
    ("README.md", r"without bytecode (\d+)\.", "layer_zip_over_pip_without_bytecode", (NAIVE,)),
    ("docs/costs.md", r"\[(\d+) million instructions instead of", "restore_over_floor", (OURS,)),
    ("docs/costs.md", r"instructions instead of ([\d,]+)\]", COLD, (OURS,)),
    ("docs/costs.md", r"five minutes old (\d+),", "restore_aged_over_floor", (OURS,)),
    (RECORD, r"leaves is ([\d.]+) MB zipped", LAYER, (NAIVE,)),
    (RECORD, r"without bytecode, ([\d.]+) MB", "layer_zip_over_pip_without_bytecode", (NAIVE,)),
    (RECORD, r"MB instead of ([\d.]+),", LAYER, (OURS,)),
    (COMPILED, r"([\d,]+) M instructions for the first event", "plain_sam_build_over_webhook_cold", (NAIVE,)),
    (COMPILED, r"([\d,]+) M as it is built here", COLD, (OURS,)),
]


def rounded(printed: str, digits: int | None = None) -> Interval:
    """What was rounded to this: to its last place, or to so many significant digits."""
    number = printed.replace(",", "").split()[0]
    value = float(number)
    place = -len(number.partition(".")[2]) if digits is None else math.floor(math.log10(value)) + 1 - digits
    return value - 10**place / 2, value + 10**place / 2


def agree(one: Interval, other: Interval) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def table() -> dict[str, list[str]]:
    """By metric its value, floor, ours and naive, as printed."""
    written = (ROOT / "docs" / "performance.md").read_text().partition("<!-- table -->")[2].partition("<!-- /table -->")[0]
    found = re.findall(r"^\| `(\w+)` \|([^|]*)\|[^|]*\|[^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|", written, re.MULTILINE)
    return {name: [cell.strip() for cell in cells] for name, *cells in found}


def measured(metric: str, columns: tuple[int, ...]) -> Interval:
    """A cell, or one over another."""
    low, high = rounded(table()[metric][columns[0]], DIGITS[columns[0]])
    for column in columns[1:]:
        least, most = rounded(table()[metric][column], DIGITS[column])
        low, high = low / most, high / least
    return low, high


@pytest.mark.parametrize(("file", "sentence", "metric", "columns"), TYPED)
def test_a_figure_typed_by_hand_is_the_last_run_s(file: str, sentence: str, metric: str, columns: tuple[int, ...]) -> None:
    found = re.findall(sentence, (ROOT / file).read_text())
    assert len(found) == 1, f"{file} says it no more: change the list above too"
    low, high = measured(metric, columns)
    assert agree(rounded(found[0]), (low, high)), f"{file} says {found[0]}; {metric} was last {low:.4g} to {high:.4g}"


def test_figures_agree_that_one_value_is_rounded_to() -> None:
    assert agree(rounded("3.8"), rounded("3.77", 3))
    assert agree(rounded("4,083"), rounded("4,084 M", 4))
    assert agree(rounded("4.0"), rounded("4", 3))
    assert not agree(rounded("3.8"), rounded("4.09", 3))
    assert not agree(rounded("28"), rounded("21.7 MB", 4))
