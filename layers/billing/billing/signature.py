"""Stripe's signature of an event, as stripe-python checks it (`WebhookSignature.verify_header`), without loading stripe-python.

Source: Stripe's documentation, "Verify webhook signatures manually": `t=<Unix seconds>,v1=<hex>[,v1=<hex> ...]`, an HMAC-SHA256 over the
time, a dot and the exact body. `tests/unit/billing/test_signature.py` holds it against stripe-python's.
"""

import hashlib
import hmac

SCHEME = "v1"


def is_signed(payload: bytes, header: str | None, secret: str, tolerance: int, now: float) -> bool:
    """Whether the secret signed these bytes, at most `tolerance` seconds before or after `now` (Unix seconds).

    stripe-python lets any time in the future pass; we do not.
    """
    parts = [part.split("=", 2) for part in (header or "").split(",")]
    try:
        signed_at = next(int(part[1]) for part in parts if part[0] == "t")
        signatures = [part[1] for part in parts if part[0] == SCHEME]
    except (StopIteration, ValueError, IndexError):
        return False
    expected = hmac.new(secret.encode(), b"%d." % signed_at + payload, hashlib.sha256).hexdigest().encode()
    # All of them, each in constant time: while a secret is rolled, Stripe signs with the old and the new one.
    matches = [hmac.compare_digest(expected, signature.encode()) for signature in signatures]
    return any(matches) and abs(now - signed_at) <= tolerance
