"""The floor of GET /account: one read, and what it says."""

import os
import time

import api
import aws
from subscription import shown

LIVE = ("active", "trialing", "past_due")


def handler(event: dict, context: object) -> dict:
    return api.answered(account, event)


def account(event: dict) -> dict:
    api.body(event, {})
    user = aws.get(f"user#{api.caller(event)['sub']}")
    if user is None or not user.get("customer"):
        return {"otherSubscriptions": [], "features": []}
    parts = user["parts"]
    subscriptions = [part["value"] for key, part in parts.items() if key.startswith("subscription:") and part["value"]]
    subscriptions.sort(key=lambda each: (each["status"] in LIVE, each["created"]), reverse=True)
    method = parts.get(f"payment_method:{subscriptions[0]['payment_method']}") if subscriptions else None
    found = {
        "customerId": user["customer"],
        "otherSubscriptions": [shown(user, each) for each in subscriptions[1:]],
        "features": list(parts["entitlements"]["value"]["features"]) if any(map(grants, subscriptions)) else [],
    }
    if subscriptions:
        found["subscription"] = shown(user, subscriptions[0])
    if method:
        value = method["value"]
        names = {"id": "id", "type": "type", "brand": "brand", "last4": "last4", "expMonth": "exp_month", "expYear": "exp_year"}
        found["paymentMethod"] = {shown_as: value[name] for shown_as, name in names.items() if value[name] is not None}
    return found


def grants(subscription: dict) -> bool:
    if subscription["status"] == "past_due":
        return time.time() < subscription["period_start"] + int(os.environ["PAST_DUE_GRACE_DAYS"]) * 86_400
    return subscription["status"] in ("active", "trialing")
