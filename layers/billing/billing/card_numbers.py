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


def holds_card_number(text: str) -> bool:
    """Whether there is a run of 12 to 19 digits with a right check digit (ISO/IEC 7812-1) that stands for itself, in JSON or plain text.

    A part of an id (`price_1234…`), a telephone number with its `+`, and what begins with a zero are none.
    """
    if "\\" in text:
        text = _ESCAPED_SPACE.sub(" ", _ESCAPED_DIGIT.sub(r"\1", text))
    return any(
        _is_card_number(run.group(), text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]) for run in _RUN.finditer(text)
    )


def _is_card_number(run: str, before: str, after: str) -> bool:
    if len(run) > _LONGEST or run[0] == "0" or before == "+" or _joins(before) or _joins(after):
        return False
    digits = [int(character) for character in run if character.isdecimal()]
    return 12 <= len(digits) <= 19 and _checks(digits)


def _joins(neighbour: str) -> bool:
    return neighbour == "_" or neighbour.isalnum()


def _checks(digits: list[int]) -> bool:
    """Luhn's check: every second digit from the right counts twice, a two-digit product as the sum of its digits."""
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0
