"""Money and periods: the real invoices of the facts, month ends, and nothing gained or lost by rounding."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fake_stripe.money import add_interval, divisor, percent, period_around, prorated, rounded, spread


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(("exact", "billed"), [("540.96", 541), ("166.35", 166), ("2482.21", 2482), ("1985.77", 1986)])
def test_real_proration_lines_round_to_nearest(exact: str, billed: int) -> None:
    assert rounded(Fraction(exact)) == billed
    assert rounded(-Fraction(exact)) == -billed


def test_a_proration_is_the_share_of_the_time_left_to_the_second() -> None:
    start, end = at("2026-11-01T00:00:00"), at("2026-12-01T00:00:00")
    assert prorated(1500, start, start, end) == 1500
    assert prorated(1500, (start + end) // 2, start, end) == 750
    assert prorated(1500, end - 1, start, end) == 0
    assert prorated(1_000_000_000, end - 1, start, end) == rounded(Fraction(1_000_000_000, end - start))
    assert prorated(1500, end + 5, start, end) == 0


@pytest.mark.parametrize(
    ("anchor", "interval", "months", "expected"),
    [
        ("2027-01-31T10:00:00", "month", 1, "2027-02-28T10:00:00"),
        ("2027-01-31T10:00:00", "month", 2, "2027-03-31T10:00:00"),
        ("2028-01-31T10:00:00", "month", 1, "2028-02-29T10:00:00"),
        ("2028-02-29T00:00:00", "year", 1, "2029-02-28T00:00:00"),
        ("2028-02-29T00:00:00", "year", 4, "2032-02-29T00:00:00"),
        ("2026-12-31T23:59:59", "month", -1, "2026-11-30T23:59:59"),
        ("2026-11-30T00:00:00", "day", 3, "2026-12-03T00:00:00"),
        ("2026-11-30T00:00:00", "week", 2, "2026-12-14T00:00:00"),
    ],
)
def test_intervals_keep_the_day_or_take_the_months_last(anchor: str, interval: str, months: int, expected: str) -> None:
    assert add_interval(at(anchor), interval, months) == at(expected)


def test_a_31st_comes_back_after_february() -> None:
    anchor = at("2027-01-31T10:00:00")
    start, end = period_around(anchor, "month", 1, at("2027-03-01T00:00:00"))
    assert (start, end) == (at("2027-02-28T10:00:00"), at("2027-03-31T10:00:00"))


moments = st.integers(at("2020-01-01T00:00:00"), at("2040-01-01T00:00:00"))
intervals = st.tuples(st.sampled_from(["day", "week", "month", "year"]), st.integers(1, 3))


@given(anchor=moments, now=moments, interval=intervals)
def test_a_period_holds_its_moment_and_ends_where_the_next_begins(anchor: int, now: int, interval: tuple[str, int]) -> None:
    start, end = period_around(anchor, *interval, now)
    assert start <= now < end
    assert period_around(anchor, *interval, end)[0] == end


@given(amount=st.integers(0, 10_000_000), start=moments, length=st.integers(1, 40_000_000), cut=st.fractions(0, 1))
def test_a_proration_is_never_more_than_the_whole_and_its_parts_add_up(amount: int, start: int, length: int, cut: Fraction) -> None:
    end, middle = start + length, start + int(length * cut)
    left = prorated(amount, middle, start, end)
    used = rounded(Fraction(amount * (middle - start), length))
    assert 0 <= left <= amount
    assert abs(left + used - amount) <= 1


@given(total=st.integers(-100_000, 100_000), weights=st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_spreading_loses_nothing(total: int, weights: list[int]) -> None:
    shares = spread(total, weights)
    assert sum(shares) == (total if sum(weights) else 0)
    for share, weight in zip(shares, weights, strict=True):
        if sum(weights):
            assert abs(Fraction(share) - Fraction(total * weight, sum(weights))) < 1


def test_percentages_mean_what_is_written() -> None:
    assert percent(1000, 33.3) == 333
    assert percent(1015, 10) == 102
    assert percent(5, 0.1) == 0


def test_divisors_are_stripes_not_intls() -> None:
    assert [divisor(currency) for currency in ("usd", "jpy", "kwd", "isk", "ugx", "huf")] == [100, 1, 1000, 100, 100, 100]
