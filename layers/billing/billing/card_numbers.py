"""Whether a text holds what looks like a payment card's number: such a request is refused before anything of it is used.

Card details belong into Stripe's own frames. A front end that sends them here by mistake would make this app a place where they are
kept, and its operator answer for that (PCI DSS); so it is told at once, and nothing of the body is stored or logged.
"""

import re

_RUN = re.compile(r"[0-9](?:[\s\-\u2010-\u2015]{0,2}[0-9]){11,}")
"""Twelve digits or more, spaces and dashes between them: all of the run, so that a part of a longer number is not taken for one."""
_LONGEST = 19 + 2 * 18
_ESCAPED_DIGIT = re.compile(r"\\u003([0-9])")
_ESCAPED_SPACE = re.compile(r"\\(?:[nrt]|u00[aA]0)")

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
_TELEPHONE = '"phone":"'
"""The one field that is there for such a number: one of Germany (49) begins as a Visa, one of Indonesia (62) as a Maestro."""


def holds_card_number(text: str) -> bool:
    """Whether there is a run of 12 to 19 digits, of a card network's and with a right check digit (Luhn), that stands for itself, in JSON
    or plain text.

    A part of an id (`price_1234…`), a telephone number with its `+` or in its own field, and what begins with a zero are none.
    """
    if "\\" in text:
        text = _ESCAPED_SPACE.sub(" ", _ESCAPED_DIGIT.sub(r"\1", text))
    return any(
        _is_card_number(run.group(), text[max(0, run.start() - 20) : run.start()], text[run.end() : run.end() + 1])
        for run in _RUN.finditer(text)
    )


def _is_card_number(run: str, before: str, after: str) -> bool:
    if len(run) > _LONGEST or before.endswith("+") or _joins(before[-1:]) or _joins(after):
        return False
    number = "".join(character for character in run if character.isdecimal())
    if len(number) <= _LONGEST_TELEPHONE and after == '"' and before.replace(" ", "").endswith(_TELEPHONE):
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
