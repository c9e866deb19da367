"""What looks like a card's number is refused wherever it stands; what merely is long is not."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.card_numbers import holds_card_number

SAME_EACH_RUN = settings(derandomize=True, deadline=None, database=None)
NUMBERS = [
    *("4242424242424242", "4000056655665556", "5555555555554444", "2223003122003222", "5200828282828210", "5105105105105100"),
    *("378282246310005", "371449635398431", "6011111111111117", "6011981111111113", "3056930009020004", "36227206271667"),
    *("3566002020360505", "6200000000000005", "6200000000000047", "6205500000000000004", "6304000000000000", "4222222222222"),
]
"""Stripe's test cards of every brand and length, a Maestro and a Visa of thirteen digits."""


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "written",
    [
        *("{}", '{{"name": "{}"}}', '{{"a": {}}}', "Ada {}, Main Street 12", "\n{}\t", '"\\n{}"', '"\\u00a0{}"', "+49 {}"),
        *("{} 12/34 123", "{}-123", "card {} 12 34", "12/34 {}", "3 {}", "{} 1a"),  # with its expiry and code, a house number
    ],
)
def test_a_card_number_is_seen_wherever_it_stands(number: str, written: str) -> None:
    for apart in ("", " ", "-", ".", "\u2013", "\u00a0", "\\u2013", "\\u0020"):
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
        "+4222222222222",  # a telephone number
        "+42 2222 2222 222",
        "4242 4242 4242 4242_",  # of one piece with what follows
        "1234567812345670",  # a right check digit, and no network's
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


ISSUED = [
    *(
        (first, 16)
        for first in ("4", "51", "53", "55", "2221", "2720", "3528", "3589", "6011", "644", "649", "65", "62", "2204", "81", "9792")
    ),
    *((first, 15) for first in ("34", "37")),
    *((first, 14) for first in ("300", "305", "36", "38", "39")),
    *((first, length) for first in ("50", "56", "58", "6304", "67") for length in (12, 19)),
]
NOT_ISSUED = [
    *((first, 16) for first in ("1", "2199", "2205", "2220", "2721", "306", "34", "3527", "3590", "7", "83", "9", "9793")),
    *((first, 12) for first in ("4", "51", "55", "37", "36", "81", "86", "91", "90", "52")),
]


@SAME_EACH_RUN
@given(st.text("0123456789", min_size=19, max_size=19), st.sampled_from(ISSUED), st.sampled_from(NOT_ISSUED), st.integers(1, 9))
def test_of_ten_numbers_of_a_network_one_is_a_cards(digits: str, issued: tuple[str, int], not_issued: tuple[str, int], off: int) -> None:
    (number, nobodys) = (_with_check_digit((first + digits)[: length - 1]) for first, length in (issued, not_issued))
    other = number[:-1] + str((int(number[-1]) + off) % 10)
    assert (holds_card_number(number), holds_card_number(other), holds_card_number(nobodys)) == (True, False, False)


TELEPHONES = {
    "49": 13,
    "43": 13,
    "44": 12,
    "55": 13,
    "52": 12,
    "57": 12,
    "58": 12,
    "62": 13,
    "63": 12,
    "65": 12,
    "86": 13,
    "91": 12,
    "90": 12,
}
"""Countries, and how many digits a number of theirs has with the country's own."""


@SAME_EACH_RUN
@given(st.text("0123456789", min_size=13, max_size=13), st.sampled_from(list(TELEPHONES.items())))
def test_a_telephone_number_without_its_plus_passes_in_its_own_field_and_a_card_number_does_not(digits: str, of: tuple[str, int]) -> None:
    country, length = of
    number = _with_check_digit((country + digits)[: length - 1])  # the one in ten
    for written in (number, f"{number[:2]} {number[2:6]} {number[6:]}"):
        assert not holds_card_number(f'{{"shipping": {{"phone": "{written}", "name": "Ada"}}}}')
        assert not holds_card_number(f'{{"phone":"{written}"}}')
    for card in NUMBERS[:-1]:
        assert holds_card_number(f'{{"phone": "{card}"}}')
    assert holds_card_number('{"phone": "4222222222222 ", "name": "4222222222222"}')
    assert holds_card_number('{"telephone": "4222222222222"}')


@SAME_EACH_RUN
@given(st.text("0123456789 -+a_\\nu", max_size=200))
def test_it_takes_any_text(text: str) -> None:
    holds_card_number(text)
