"""Stripe events for unit tests, written by hand in the pinned release and signed as Stripe signs."""

import hashlib
import hmac
import json
import time
from typing import Any

Json = dict[str, Any]

SECRET = "whsec_unit"
RELEASE = "2026-10-28.endive"
METADATA = {"app": "recur", "stage": "dev", "user": "u1"}


def subscription(**changes: Any) -> Json:
    price = {
        "id": "price_basic",
        "product": "prod_basic",
        "lookup_key": "basic_monthly",
        "unit_amount": 500,
        "recurring": {"interval": "month", "interval_count": 1},
    }
    item = {"id": "si_1", "quantity": 1, "current_period_start": 1000, "current_period_end": 2000, "price": price}
    return {
        "id": "sub_1",
        "object": "subscription",
        "customer": "cus_1",
        "status": "active",
        "created": 1000,
        "currency": "usd",
        "cancel_at": None,
        "cancel_at_period_end": False,
        "ended_at": None,
        "trial_end": None,
        "discounts": [],
        "pause_collection": None,
        "default_payment_method": "pm_1",
        "latest_invoice": "in_1",
        "pending_update": None,
        "metadata": METADATA,
        "items": {"object": "list", "data": [item], "has_more": False},
    } | changes


def event(type_: str, found: Json, created: int = 1000, **changes: Any) -> Json:
    return {
        "id": f"evt_{type_}_{created}",
        "object": "event",
        "api_version": RELEASE,
        "created": created,
        "livemode": False,
        "type": type_,
        "data": {"object": found},
    } | changes


def signature(payload: bytes, at: int | None = None, secret: str = SECRET) -> str:
    """`Stripe-Signature` for these bytes: HMAC-SHA256 of "t.body", keyed by the whole secret, prefix included."""
    at = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def delivery(content: Json | bytes, header: str | None = "", method: str = "POST", **changes: Any) -> Json:
    """The Function URL's event for a delivery. `header` "" means: sign it rightly."""
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    signed = signature(payload) if header == "" else header
    return {
        "version": "2.0",
        "rawPath": "/",
        "headers": {"content-type": "application/json", **({"stripe-signature": signed} if signed is not None else {})},
        "requestContext": {"requestId": "r1", "http": {"method": method, "path": "/"}},
        "body": payload.decode(),
        "isBase64Encoded": False,
    } | changes
