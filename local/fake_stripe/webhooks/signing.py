"""`Stripe-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`; the key is the whole `whsec_…` string."""

import hashlib
import hmac


def signature_header(secret: str, body: bytes, timestamp: int) -> str:
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"
