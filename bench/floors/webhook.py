"""The floor of the webhook: signature, one conditional write, one log line, one metric. The standard library and nothing else."""

import base64
import hashlib
import hmac
import json
import os
import time
import uuid

import aws
from subscription import kept

TOLERANCE_SECONDS, MARGIN_SECONDS = 300, 2


def handler(event: dict, context: object) -> dict:
    body = event.get("body") or ""
    payload = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    if not signed(payload, event["headers"].get("stripe-signature") or ""):
        return answer(400, "invalid_signature")
    content = json.loads(payload)
    if content["livemode"] is not (os.environ["STAGE"] == "prod"):
        return answer(400, "wrong_livemode")
    if content["type"] != "customer.subscription.updated" or content["api_version"] != os.environ["STRIPE_API_VERSION"]:
        return answer(200, "not_handled")
    outcome = store(content)
    log(content, outcome)
    return answer(200, outcome)


def signed(payload: bytes, header: str) -> bool:
    """Whether one of the secrets signed these bytes, not long ago."""
    fields = [field.partition("=")[::2] for field in header.split(",")]
    at = next((value for name, value in fields if name == "t"), "")
    if not at.isdecimal() or abs(time.time() - int(at)) > TOLERANCE_SECONDS:
        return False
    for secret in aws.secret("STRIPE_WEBHOOK_SECRET_PARAMETER").split():
        expected = hmac.new(secret.encode(), at.encode() + b"." + payload, hashlib.sha256).hexdigest()
        if any(name == "v1" and hmac.compare_digest(value, expected) for name, value in fields):
            return True
    return False


def store(content: dict) -> str:
    """Writes the subscription if this is clearly later than what is stored."""
    found = content["data"]["object"]
    if found["metadata"].get("app") != "recur" or found["metadata"].get("stage") != os.environ["STAGE"]:
        return "not_ours"
    lo, hi = content["created"] - MARGIN_SECONDS, content["created"] + MARGIN_SECONDS
    part = {
        "value": kept(found),
        "lo": lo,
        "hi": hi,
        "version": uuid.uuid4().hex,
        "source": content["id"],
        "final": found["status"] == "canceled",
        "subject": "",
        "rank": 0,
    }
    user = aws.update(
        f"user#{found['metadata']['user']}",
        "SET #parts.#key = :part",
        "(attribute_not_exists(#parts.#key) OR (((#parts.#key.#subject = :none AND #parts.#key.#hi < :lo)"
        " OR (#parts.#key.#subject <> :none AND #parts.#key.#rank < :zero)) AND #parts.#key.#final = :false)) AND #customer = :customer",
        {
            "#parts": "parts",
            "#key": f"subscription:{found['id']}",
            "#subject": "subject",
            "#hi": "hi",
            "#rank": "rank",
            "#final": "final",
            "#customer": "customer",
        },
        {":part": part, ":none": "", ":lo": lo, ":zero": 0, ":false": False, ":customer": found["customer"]},
    )
    if user is None:
        return "dropped"
    living = [each for key, each in user["parts"].items() if key.startswith("subscription:") and each["value"]["status"] != "canceled"]
    if len(living) > 1:
        print(json.dumps({"level": "ERROR", "message": "A second subscription", "customer": found["customer"]}))
    return "written"


def log(content: dict, outcome: str) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    line = {"level": "INFO", "message": "Event", "timestamp": at, "service": "recur", "correlation_id": content["id"]}
    print(json.dumps(line | {"type": content["type"], "outcome": outcome}))
    metric = {"Namespace": "recur", "Dimensions": [["outcome", "service"]], "Metrics": [{"Name": "WebhookEvent", "Unit": "Count"}]}
    embedded = {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]}}
    print(json.dumps(embedded | {"outcome": outcome, "service": "recur", "WebhookEvent": 1}))


def answer(status: int, outcome: str) -> dict:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps({"outcome": outcome})}
