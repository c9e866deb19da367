"""The floor of GET /account: one read, and what it says."""

import api
import aws
from access import features, subscriptions
from subscription import shown

LIVE = ("active", "trialing", "past_due")


def handler(event: dict, context: object) -> dict:
    return api.answered(account, event)


def account(event: dict) -> dict:
    api.body(event, {})
    user = aws.get(f"user#{api.caller(event)['sub']}")
    if user is None or not user.get("customer"):
        return {"otherSubscriptions": [], "features": []}
    owned = sorted(subscriptions(user), key=lambda each: (each["status"] in LIVE, each["created"]), reverse=True)
    method = user["parts"].get(f"payment_method:{owned[0]['payment_method']}") if owned else None
    found = {
        "customerId": user["customer"],
        "otherSubscriptions": [shown(user, each) for each in owned[1:]],
        "features": features(user, owned),
    }
    if owned:
        found["subscription"] = shown(user, owned[0])
    if method:
        value = method["value"]
        names = {"id": "id", "type": "type", "brand": "brand", "last4": "last4", "expMonth": "exp_month", "expYear": "exp_year"}
        found["paymentMethod"] = {shown_as: value[name] for shown_as, name in names.items() if value[name] is not None}
    return found
