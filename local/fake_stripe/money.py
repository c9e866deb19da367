"""Pure functions over money and time: integer minor units, Unix seconds, UTC.

Sources: proration and rounding from the facts of real invoices (540.96→541, 166.35→166, 2482.21→2482, 1985.77→1986); month ends from
Stripe's documentation of the billing cycle anchor (an anchor on the 31st bills on the last day of shorter months).
"""

import calendar
from datetime import UTC, datetime, timedelta
from fractions import Fraction

# Stripe's divisors: most currencies have hundredths; ISK, UGX and HUF are counted in hundredths too, whatever Intl says.
ZERO_DECIMAL = frozenset({"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"})
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})


def divisor(currency: str) -> int:
    """How many minor units make one of a currency."""
    return 1 if currency in ZERO_DECIMAL else 1000 if currency in THREE_DECIMAL else 100


def rounded(amount: Fraction) -> int:
    """To the nearest minor unit, halves away from zero."""
    return int(amount + Fraction(1, 2)) if amount >= 0 else -int(-amount + Fraction(1, 2))


def prorated(amount: int, at: int, start: int, end: int) -> int:
    """The part of `amount` that the time from `at` to `end` is of the whole period, to the second."""
    if end <= start:
        return 0
    return rounded(Fraction(amount * (end - max(start, min(at, end))), end - start))


def percent(amount: int, percentage: float) -> int:
    """`percentage` % of an amount. The percentage is taken at its written decimals, not at its binary ones."""
    return rounded(Fraction(amount) * Fraction(str(percentage)) / 100)


def spread(total: int, weights: list[int]) -> list[int]:
    """`total` divided in proportion to `weights`, without gaining or losing a unit: largest remainders first."""
    whole = sum(weights)
    if whole == 0 or total == 0:
        return [0] * len(weights)
    exact = [Fraction(total * weight, whole) for weight in weights]
    shares = [int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda index: abs(exact[index] - shares[index]), reverse=True)
    step = 1 if total > 0 else -1
    for index in order[: abs(total - sum(shares))]:
        shares[index] += step
    return shares


def add_interval(start: int, interval: str, count: int) -> int:
    """`start` moved by `count` intervals. Months keep the day, or take the month's last day where that is shorter."""
    moment = datetime.fromtimestamp(start, UTC)
    if interval == "day":
        return int((moment + timedelta(days=count)).timestamp())
    if interval == "week":
        return int((moment + timedelta(weeks=count)).timestamp())
    months = moment.year * 12 + moment.month - 1 + count * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())


SECONDS = {"day": 86_400, "week": 604_800, "month": 2_629_746, "year": 31_556_952}


def period_around(anchor: int, interval: str, count: int, at: int) -> tuple[int, int]:
    """The billing period that holds the moment `at`: each boundary counted from the anchor, so that a 31st comes back after February."""
    guess = (at - anchor) // (SECONDS[interval] * count)
    while add_interval(anchor, interval, count * guess) > at:
        guess -= 1
    while add_interval(anchor, interval, count * (guess + 1)) <= at:
        guess += 1
    return add_interval(anchor, interval, count * guess), add_interval(anchor, interval, count * (guess + 1))


def formatted(amount: int, currency: str) -> str:
    """`$15.00`-like text for descriptions, `-$1.67` below zero."""
    if amount < 0:
        return f"-{formatted(-amount, currency)}"
    symbols = {"usd": "$", "eur": "€", "gbp": "£", "aud": "A$"}
    unit = divisor(currency)
    text = str(amount) if unit == 1 else f"{amount / unit:.{3 if unit == 1000 else 2}f}"
    return f"{symbols[currency]}{text}" if currency in symbols else f"{text} {currency.upper()}"
