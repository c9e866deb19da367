"""How many minor units make a major one. Never to be inferred from a locale library: they disagree with Stripe on ISK, UGX and HUF.

Source: Stripe's documentation, "Currencies: zero-decimal and special cases".
"""

_ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
_THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())


def minor_unit_divisor(currency: str) -> int:
    """100 for USD, 1 for JPY, 1000 for KWD. `currency` is a three-letter code in lower case."""
    if currency in _ZERO_DECIMAL:
        return 1
    return 1000 if currency in _THREE_DECIMAL else 100
