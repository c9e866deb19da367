"""The invocations that are measured: a renewal's webhook, what people wait for when they buy, leave, and look, and what apps ask most."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.artefacts import FUNCTIONS, ROOT
from bench.far_side import FarSide
from bench.far_side.answers import WEBHOOK_SECRET, recorded
from bench.far_side.signatures import ACCESS_KEY, SECRET_KEY
from bench.measure import Call
from local.lambdas.environment import Endpoints, environment
from local.template import Template


def calls(far: FarSide, template: Path = ROOT / "template.yaml") -> dict[str, Call]:
    """By name, as the template sets the functions up, talking to the far side."""
    read = Template.read(template, {"Stage": "dev", "StripeApiBase": far.url, "SiteUrl": "https://site.example"})
    for logical_id, _ in read.resources("AWS::DynamoDB::Table"):
        read.provide(logical_id, "recur-dev", Arn="arn:aws:dynamodb:us-east-1:123456789012:table/recur-dev")
    for logical_id, _ in read.resources("AWS::Cognito::UserPool"):
        read.provide(logical_id, "us-east-1_bench", Arn="arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_bench")
    functions = {function.logical_id: function for function in read.functions}
    found: dict[str, Call] = {}
    for name, event in _events().items():
        function = functions[FUNCTIONS[name]]
        variables = environment(function, endpoints=Endpoints(far.url, None), runtime_api="127.0.0.1:9")
        variables |= {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "SSL_CERT_FILE": str(far.system_bundle)}
        found[name] = Call(function.handler, variables, event)
    return found


def _events() -> dict[str, Callable[[], Any]]:
    subscriber, buyer = (recorded(name)["pk"]["S"].removeprefix("user#") for name in ("subscriber", "buyer"))
    subscription = recorded("subscription_ending")["id"]
    checkout = _api_event("POST", "/create-checkout-session", buyer, {"lookupKey": "basic_monthly"})
    cancel = _api_event("POST", "/cancel-subscription", subscriber, {"subscriptionId": subscription, "when": "period_end"})
    account = _api_event("GET", "/account", subscriber)
    entitlements = _api_event("GET", "/entitlements", subscriber)
    people = {"checkout": checkout, "cancel": cancel, "account": account, "entitlements": entitlements}
    found: dict[str, Callable[[], Any]] = {"webhook": webhook_event}
    return found | {name: lambda event=event: event for name, event in people.items()}


def webhook_event(number: int = 0) -> Any:
    """The Function URL's event for the recorded delivery, signed now as Stripe signs. With a number it has an id of its own."""
    event = recorded("event")
    payload = json.dumps(event | {"id": f"{event['id']}{number or ''}"}, indent=2)
    headers = {
        "content-type": "application/json; charset=utf-8",
        "stripe-signature": signed(payload, WEBHOOK_SECRET),
        "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    http = {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": headers["user-agent"]}
    context = {"accountId": "anonymous", "apiId": "bench", "domainName": "bench.lambda-url.us-east-1.on.aws", "domainPrefix": "bench"}
    context |= {
        "requestId": "4f8e6a0e-0d9c-4f2e-9d43-6f7c5a3b2e10",
        "http": http,
        "stage": "$default",
        "timeEpoch": int(time.time() * 1000),
    }
    body = {"rawPath": "/", "rawQueryString": "", "headers": headers, "requestContext": context, "body": payload, "isBase64Encoded": False}
    return {"version": "2.0", "routeKey": "$default"} | body


def signed(payload: str, secret: str) -> str:
    """`Stripe-Signature` of these bytes, now."""
    at = int(time.time())
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.{payload}'.encode(), hashlib.sha256).hexdigest()}"


def _api_event(method: str, path: str, user: str, body: Any = None) -> Any:
    claims = {"sub": user, "email": "jenny@example.com", "email_verified": "true", "token_use": "id"}
    context = {
        "requestId": "JKJaXmPLvHcESHA=",
        "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench"},
        "authorizer": {"jwt": {"claims": claims, "scopes": None}},
    }
    event = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "authorization": "Bearer …"},
        "requestContext": context,
        "isBase64Encoded": False,
    }
    return event if body is None else event | {"body": json.dumps(body)}
