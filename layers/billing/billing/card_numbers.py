"""Whether a text holds what looks like a payment card's number: such a request is refused before anything of it is used.

Card details belong into Stripe's own frames. A front end that sends them here by mistake would make this app a place where they are
kept, and its operator answer for that (PCI DSS); so it is told at once, and nothing of the body is stored or logged.
"""

import re
from itertools import accumulate

_RUN = re.compile(r"[0-9]+(?:[\s./\-\u2010-\u2015]{1,2}[0-9]+)*")
"""Groups of digits, with what people write between them."""
_GROUP = re.compile(r"[0-9]+")
_SHORTEST, _LONGEST = 12, 19
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")

_NETWORKS = (
    # It begins with something between these, and has so many digits.
    ("2200", "2204", 16, 19),  # Mir
    ("2221", "2720", 16, 16),  # Mastercard
    ("300", "305", 14, 19),  # Diners Club
    ("34", "34", 15, 15),  # American Express
    ("3528", "3589", 16, 19),  # JCB
    ("36", "36", 14, 19),  # Diners Club
    ("37", "37", 15, 15),  # American Express
    ("38", "39", 14, 19),  # Diners Club
    ("4", "4", 13, 19),  # Visa: 16, and 13 or 19 here and there
    ("50", "50", 12, 19),  # Maestro, and Dankort, Elo and Verve with it
    ("51", "55", 16, 16),  # Mastercard
    ("56", "58", 12, 19),  # Maestro
    ("6", "6", 12, 19),  # Maestro; Discover, UnionPay and RuPay are 16 to 19
    ("81", "82", 16, 19),  # UnionPay, RuPay
    ("9792", "9792", 16, 16),  # Troy
)
"""Whose cards are paid with (ISO/IEC 7812-1; ranges as the networks publish them). Of all other numbers one in ten has a right check
digit too, a telephone number with its country as well."""

_LONGEST_TELEPHONE = 13
"""Digits of one that is written without its `+`. Of 14 and 15, which ITU-T E.164 allows too, none is in use."""
_LONGEST_WITH_PLUS = 15
_TELEPHONE = '"phone":"'
"""The one field that is there for such a number: one of Germany (49) begins as a Visa, one of Indonesia (62) as a Maestro."""


def holds_card_number(text: str) -> bool:
    """Whether there are 12 to 19 digits, of a card network's and with a right check digit (Luhn), that stand for themselves, in JSON or
    plain text: one group of digits, or several that follow one another, whatever other groups (expiry, code) stand beside them.

    A part of a longer group or of an id (`price_1234…`), a telephone number with its `+` or in its own field, and what begins with a zero
    are none.
    """
    if "\\" in text:
        text = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else " ", text)
    return any(
        _holds(run.group(), text[max(0, run.start() - 20) : run.start()], text[run.end() : run.end() + 1])
        for run in _RUN.finditer(text)
        if run.end() - run.start() >= _SHORTEST
    )


def _holds(run: str, before: str, after: str) -> bool:
    groups = _GROUP.findall(run)
    if sum(map(len, groups)) <= _LONGEST_TELEPHONE and after == '"' and before.replace(" ", "").endswith(_TELEPHONE):
        return False
    starts, ends = int(_joins(before[-1:])), len(groups) - _joins(after)
    return any(
        _is_card_number(number, plus=first == 0 and before.endswith("+"))
        for first in range(starts, ends)
        for number in accumulate(groups[first : min(ends, first + _LONGEST)])
    )


def _is_card_number(number: str, plus: bool) -> bool:
    if not _SHORTEST <= len(number) <= _LONGEST or (plus and len(number) <= _LONGEST_WITH_PLUS):
        return False
    return _is_a_networks(number) and _checks([int(digit) for digit in number])


def _joins(neighbour: str) -> bool:
    return neighbour == "_" or neighbour.isalnum()


def _is_a_networks(number: str) -> bool:
    return any(low <= number[: len(low)] <= high and shortest <= len(number) <= longest for low, high, shortest, longest in _NETWORKS)


def _checks(digits: list[int]) -> bool:
    """Luhn's check: every second digit from the right counts twice, a two-digit product as the sum of its digits."""
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0
