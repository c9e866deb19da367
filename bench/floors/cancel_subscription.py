"""The floor of POST /cancel-subscription: the caller's own subscription read, changed in Stripe, the answer stored and shown."""

import time
import uuid

import api
import aws
from subscription import kept, shown

MARGIN_SECONDS = 10


def handler(event: dict, context: object) -> dict:
    return api.answered(cancel, event)


def cancel(event: dict) -> dict:
    claims, body = api.caller(event), api.body(event, {"subscriptionId": str, "when": str})
    if "subscriptionId" not in body or body.get("when", "now") not in ("now", "period_end"):
        raise api.Refused(400, "invalid_request")
    name = f"subscription:{body['subscriptionId']}"
    user = aws.get(f"user#{claims['sub']}")
    part = user["parts"].get(name) if user else None
    if user is None or part is None:
        raise api.Refused(404, "not_found")
    if part["value"]["status"] == "canceled" or "deleting_at" in user or "deleted_at" in user:
        raise api.Refused(409, "subscription_ended")
    sent = time.monotonic()
    method, parameters = ("DELETE", {}) if body.get("when", "now") == "now" else ("POST", {"cancel_at_period_end": True})
    subscription, date = api.stripe(event, method, f"/v1/subscriptions/{body['subscriptionId']}", parameters, uuid.uuid4().hex)
    news = {
        "value": kept(subscription),
        "lo": int(date - (time.monotonic() - sent)) - MARGIN_SECONDS,
        "hi": date + MARGIN_SECONDS,
        "version": uuid.uuid4().hex,
        "source": "own change",
        "final": subscription["status"] == "canceled",
        "subject": "",
        "rank": 0,
    }
    stored = aws.update(
        user["pk"],
        "SET #parts.#key = :news",
        "#customer = :customer AND #parts.#key.#version = :version",
        {"#parts": "parts", "#key": name, "#version": "version", "#customer": "customer"},
        {":news": news, ":customer": user["customer"], ":version": part["version"]},
    )
    if stored is None:
        raise api.Refused(503, "try_again")
    return shown(user, news["value"])
