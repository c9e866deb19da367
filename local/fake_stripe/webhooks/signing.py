"""`Stripe-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`; the key is the whole `whsec_…` string."""

import hashlib
import hmac


def signature_header(secrets: list[str], body: bytes, timestamp: int) -> str:
    """One `v1=` a secret: while a secret is being rolled in the Dashboard, the old one still signs too."""
    signed = f"{timestamp}.".encode() + body
    digests = (hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join([f"t={timestamp}", *(f"v1={digest}" for digest in digests)])
