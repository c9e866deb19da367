"""What the floors of the endpoints share: who is calling, the body, and a call to Stripe, by the standard library."""

import patterns  # noqa: F401 - before the standard library compiles its own

# isort: split
import base64
import http.client
import json
import os
import time
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import quote_plus

import aws

MAX_BODY = 64 * 1024


class Refused(Exception):
    """A status, and its code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def caller(event: dict) -> dict:
    """The verified claims of an ID token of a verified e-mail address."""
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})
    if claims.get("token_use") != "id" or claims.get("email_verified") != "true":
        raise Refused(401, "id_token_required")
    return claims


def body(event: dict, fields: dict[str, type]) -> dict:
    """A JSON object with no field but these, each of its type."""
    raw = event.get("body") or "{}"
    content = base64.b64decode(raw, validate=True) if event.get("isBase64Encoded") else raw.encode()
    if len(content) > MAX_BODY:
        raise Refused(413, "body_too_large")
    try:
        found = json.loads(content)
    except ValueError:
        raise Refused(400, "invalid_json") from None
    if not isinstance(found, dict) or any(not isinstance(value, fields.get(name, ())) for name, value in found.items()):
        raise Refused(400, "invalid_request")
    return found


@cache
def connection() -> http.client.HTTPSConnection:
    return http.client.HTTPSConnection(os.environ["STRIPE_API_BASE"].removeprefix("https://"), timeout=5.5, context=aws.tls())


def stripe(event: dict, method: str, path: str, parameters: dict, key: str) -> tuple[dict, int]:
    """Stripe's answer, and its Date in Unix seconds; asking and answer are in the log. Raises `Refused` for what is no answer."""
    headers = {
        "Authorization": f"Bearer {aws.secret('STRIPE_SECRET_KEY_PARAMETER')}",
        "Stripe-Version": os.environ["STRIPE_API_VERSION"],
        "Content-Type": "application/x-www-form-urlencoded",
        "Idempotency-Key": key,
    }
    log(event, "Asking Stripe")
    sent = time.monotonic()
    wire = connection()
    wire.request(method, path, "&".join(form(parameters)).encode(), headers)
    response = wire.getresponse()
    content = json.loads(response.read())
    log(event, "Stripe", request=response.headers["Request-Id"], milliseconds=round((time.monotonic() - sent) * 1000))
    if response.status != 200:
        raise Refused(503 if response.status >= 500 else 500, "stripe")
    return content, int(parsedate_to_datetime(response.headers["Date"]).timestamp())


def log(event: dict, message: str, **more: object) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    line = {"level": "INFO", "message": message, "timestamp": at, "service": "recur", "user": caller(event)["sub"]}
    print(json.dumps(line | {"correlation_id": event["requestContext"]["requestId"]} | more))


def form(value: object, name: str = "") -> list[str]:
    """Nested parameters as Stripe takes them: a[b][0]=c."""
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in form(each, f"{name}[{key}]" if name else key)]
    if isinstance(value, list):
        return [pair for number, each in enumerate(value) for pair in form(each, f"{name}[{number}]")]
    return [f"{name}={quote_plus(str(value).lower() if isinstance(value, bool) else str(value))}"]


def answered(function, event: dict) -> dict:
    """What the function returns as JSON, or the refusal it raises."""
    try:
        status, content = 200, function(event)
    except Refused as refusal:
        status, content = refusal.status, {"error": {"code": refusal.code}}
    except Exception as error:
        print(json.dumps({"level": "ERROR", "message": str(error), "correlation_id": event["requestContext"]["requestId"]}))
        status, content = 500, {"error": {"code": "internal_error"}}
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(content)}
