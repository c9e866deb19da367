"""What DynamoDB, SSM and Stripe answer: as recorded, for two people and what they may ask."""

import json
import time
from pathlib import Path
from typing import Any

from bench.far_side.signatures import rightly_signed

RECORDED = Path(__file__).parents[1] / "recorded"
STRIPE_KEY = "sk_test_" + "0123456789" * 3
WEBHOOK_SECRET = "whsec_" + "bench"

REHEARSED = "user#snapshot"
"""Nobody's: what is written to it before a snapshot is written in vain (billing.state.store.rehearse)."""

ACCOUNT = {"id": "acct_1Bench", "object": "account", "country": "US", "default_currency": "usd", "email": None, "metadata": {}}

Json = dict[str, Any]


class Wrong(Exception):
    """The request would not have been taken."""


class ConditionFailed(Exception):
    """The request was taken, and the item is not as its condition wants it."""


def recorded(name: str) -> Json:
    """One file of bench/recorded."""
    return json.loads((RECORDED / f"{name}.json").read_text())


class Answers:
    """`aws` and `stripe` give an answer's JSON, or raise `Wrong`; the write that is only rehearsed raises `ConditionFailed`."""

    def __init__(self) -> None:
        items = [recorded(name) for name in ("subscriber", "buyer", "catalogue")]
        self._items = {item["pk"]["S"]: item for item in items}
        self._objects = recorded("objects") | {"/v1/account": ACCOUNT}
        self._ending, self._ended, self._session = (recorded(name) for name in ("subscription_ending", "subscription_ended", "session"))

    def aws(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Json:
        if not rightly_signed(method, path, headers, body):
            raise Wrong("not rightly signed")
        asked = json.loads(body)
        match headers["x-amz-target"].rpartition(".")[2]:
            case "GetParameter":
                if asked.get("WithDecryption") is not True:
                    raise Wrong("a secret without WithDecryption")
                value = WEBHOOK_SECRET if asked["Name"].endswith("webhook-secret") else STRIPE_KEY
                return {"Parameter": {"Name": asked["Name"], "Type": "SecureString", "Value": value, "Version": 1}}
            case "GetParameters":
                names = asked["Names"]
                found = [{"Name": name, "Type": "SecureString", "Version": 1} for name in names]
                for each in found:
                    each["Value"] = WEBHOOK_SECRET if str(each["Name"]).endswith("webhook-secret") else STRIPE_KEY
                return {"Parameters": found, "InvalidParameters": []}
            case "GetItem":
                known = asked["Key"]["pk"]["S"] in self._items
                return {"Item": self._item(asked)} if known else {}
            case "UpdateItem":
                if not asked.get("ConditionExpression") or not asked.get("UpdateExpression"):
                    raise Wrong("a write without a condition")
                if asked["Key"]["pk"]["S"] == REHEARSED:
                    raise ConditionFailed
                item = self._item(asked)
                return {"Attributes": item} if asked.get("ReturnValues") == "ALL_NEW" else {}
            case other:
                raise Wrong(f"{other} was not expected")

    def _item(self, asked: Json) -> Json:
        key = asked["Key"]["pk"]["S"]
        if key == "catalogue":
            return self._items[key] | {"fetched_at": {"N": str(int(time.time()))}}
        try:
            return self._items[key]
        except KeyError:
            raise Wrong(f"no item {key}") from None

    def stripe(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Json:
        if headers.get("authorization") not in (f"Bearer {STRIPE_KEY}",):
            raise Wrong("no key of Stripe's")
        if not headers.get("stripe-version"):
            raise Wrong("no Stripe-Version")
        path = path.partition("?")[0]
        if method == "POST" and not headers.get("idempotency-key"):
            raise Wrong("a POST without a key of its own")
        subscription = f"/v1/subscriptions/{self._ending['id']}"
        match method, path:
            case "POST", "/v1/checkout/sessions" if b"line_items" in body:
                return self._session
            case "POST", path if path == subscription and b"cancel_at_period_end=true" in body.lower():
                return self._ending
            case "GET", path if path in self._objects:
                return self._objects[path]
            case "DELETE", path if path == subscription:
                return self._ended
        raise Wrong(f"{method} {path} was not expected")
