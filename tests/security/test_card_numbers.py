"""What looks like a card's number is refused wherever it stands; what merely is long is not."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.card_numbers import holds_card_number

SAME_EACH_RUN = settings(derandomize=True, deadline=None, database=None)
NUMBERS = ["4242424242424242", "5555555555554444", "378282246310005", "6011111111111117", "6304000000000000", "3056930009020004"]
"""Stripe's test cards of several brands and lengths."""


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("written", ["{}", '{{"name": "{}"}}', '{{"a": {}}}', "Ada {}, Main Street 12", "\n{}\t", '"\\n{}"', '"\\u00a0{}"'])
def test_a_card_number_is_seen_wherever_it_stands(number: str, written: str) -> None:
    for apart in ("", " ", "-", "\u2013", "\u00a0"):
        groups = apart.join(number[i : i + 4] for i in range(0, len(number), 4))
        assert holds_card_number(written.format(groups))


def test_escapes_hide_nothing() -> None:
    assert holds_card_number("".join(f"\\u003{digit}" for digit in NUMBERS[0]))


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424241",  # the check digit is wrong
        "price_4242424242424242",
        "4242424242424242a",
        "+4242424242424242",  # a telephone number
        "0000000000000000",
        "42424242424",
        "4242424242424242" * 2,
        '{"prorationDate": 1763842342}',
        "sub_1N2345678901234567890123",
        "2026-11-22",
    ],
)
def test_what_is_no_card_number_passes(text: str) -> None:
    assert not holds_card_number(text)


def _with_check_digit(digits: str) -> str:
    """By the definition, other than in the code: try all ten."""

    def total(number: str) -> int:
        doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
        return sum(value // 10 + value % 10 for value in doubled)

    return next(digits + check for check in string.digits if total(digits + check) % 10 == 0)


@SAME_EACH_RUN
@given(st.text("0123456789", min_size=10, max_size=17), st.sampled_from("123456789"), st.integers(1, 9))
def test_of_ten_numbers_one_is_a_cards(digits: str, first: str, off: int) -> None:
    number = _with_check_digit(first + digits)
    other = number[:-1] + str((int(number[-1]) + off) % 10)
    assert (holds_card_number(number), holds_card_number(other)) == (True, False)


@SAME_EACH_RUN
@given(st.text("0123456789 -+a_\\nu", max_size=200))
def test_it_takes_any_text(text: str) -> None:
    holds_card_number(text)
