"""The floor of GET /entitlements: one read, and which features it grants."""

import api
import aws
from access import features, subscriptions


def handler(event: dict, context: object) -> dict:
    return api.answered(entitlements, event)


def entitlements(event: dict) -> dict:
    api.body(event, {})
    user = aws.get(f"user#{api.caller(event)['sub']}")
    return {"features": features(user, subscriptions(user)) if user else []}
