"""POST / on the Function URL: Stripe's events. Nothing is answered 2xx before it is durable.

exact bytes -> signature -> the table of handlers (`billing.events`) -> the store. What could not be stored is answered 500,
so that Stripe sends it again; what is not ours or not handled is answered 200, so that it does not.
"""

import base64
import binascii
import json
import time
from typing import Any, cast

from billing import snapshot
from billing.cause import begin
from billing.errors import Misconfigured, TryAgain
from billing.events import HANDLERS, Event, NotOurs, Unreadable, handle
from billing.log import count, logger
from billing.secrets import RECHECK_SECONDS, webhook_secrets
from billing.settings import settings
from billing.shapes import child
from billing.signature import is_signed
from billing.state import store

TOLERANCE_SECONDS = 300
"""How far a signature's time may be off, in the past (Stripe's own default) and in the future (which Stripe's SDK lets pass)."""
MAX_BODY = 1024 * 1024
"""Bytes. Stripe's largest events are well below."""

Answer = dict[str, Any]


def handler(event: dict[str, Any], context: object) -> Answer:
    """Lambda handler of a Function URL (payload format 2.0)."""
    begin(event["requestContext"]["requestId"], "delivery", context)
    if event["requestContext"]["http"]["method"] != "POST":
        return _answer(405, "method_not_allowed")
    try:
        payload = _payload(event)
    except binascii.Error:
        return _answer(400, "invalid_body")
    if len(payload) > MAX_BODY:
        return _answer(413, "body_too_large")
    try:
        if not _signed(payload, event["headers"].get("stripe-signature")):
            count("WebhookBadSignature")
            return _answer(400, "invalid_signature")
    except Misconfigured as error:
        logger().error("No webhook secret: every event is refused", extra={"reason": str(error)})
        count("WebhookFailed")
        return _answer(500, "not_configured")
    except TryAgain:
        count("WebhookFailed")
        return _answer(503, "try_again")
    return _handled(payload)


def _payload(event: dict[str, Any]) -> bytes:
    """The very bytes that were signed."""
    body: str = event.get("body") or ""
    return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()


def _signed(payload: bytes, header: str | None) -> bool:
    """Whether one of the secrets that are valid now signed these bytes, not long ago. Raises like `webhook_secrets`."""
    now = time.time()
    if any(is_signed(payload, header, secret, TOLERANCE_SECONDS, now) for secret in webhook_secrets()):
        return True
    # The secret may just have been rotated.
    return any(is_signed(payload, header, secret, TOLERANCE_SECONDS, now) for secret in webhook_secrets(RECHECK_SECONDS))


def _handled(payload: bytes) -> Answer:
    log = logger()
    content: Any = None
    try:
        content = json.loads(payload)
        event = Event.parse(content)
    except (ValueError, Unreadable, RecursionError) as error:
        log.error("Unreadable event", extra={"reason": type(error).__name__, "bytes": len(payload), **_named(content)})
        count("WebhookUnreadable")
        return _answer(400, "invalid_event")
    if content.get("livemode") is not settings.livemode:
        log.error("Event of the other mode", extra={"event": event.id, "livemode": content.get("livemode")})
        count("WebhookWrongMode")
        return _answer(400, "wrong_livemode")
    if event.type not in HANDLERS:
        return _answer(200, "not_handled")
    begin(event.id)
    stored = None
    try:
        applied = handle(event)
        outcome, stored = applied.outcome.value, applied.user
    except NotOurs:
        outcome = "not_ours"
    except Unreadable as error:
        # Nothing in it says what to ask Stripe about, and sending it again would not change that.
        log.error("Unreadable event", extra={"reason": str(error), **_named(content)})
        count("WebhookUnreadable")
        outcome = "unreadable"
    except Exception:
        log.exception("Event not stored; Stripe will send it again", extra={"type": event.type})
        count("WebhookFailed")
        return _answer(500, "not_stored")
    # The request that caused it, if it was one of ours: its own line has the same id of Stripe's.
    told = {"type": event.type, "outcome": outcome, "request": child(content, "request").get("id"), "user": stored and stored.id}
    log.info("Event", extra=told)
    count("WebhookEvent", outcome=outcome)
    return _answer(200, outcome)


def _named(content: Any) -> dict[str, str]:
    """What there is of an id by which to find it at Stripe, and of what it is: an event destination's (v2) have these too."""
    found = cast(dict[str, Any], content) if isinstance(content, dict) else {}
    return {f"event_{name}": value for name in ("id", "type", "object") if isinstance(value := found.get(name), str)}


def _answer(status: int, outcome: str) -> Answer:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps({"outcome": outcome})}


snapshot.before_snapshot(webhook_secrets)
snapshot.before_snapshot(store.rehearse)
