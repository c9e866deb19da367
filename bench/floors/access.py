"""Which of a user's subscriptions grant the features that Stripe entitles them to."""

import os
import time


def subscriptions(user: dict) -> list[dict]:
    return [part["value"] for key, part in user["parts"].items() if key.startswith("subscription:") and part["value"]]


def features(user: dict, owned: list[dict]) -> list[str]:
    """What they may use now."""
    return list(user["parts"]["entitlements"]["value"]["features"]) if any(grants(user, each) for each in owned) else []


def grants(user: dict, subscription: dict) -> bool:
    if subscription["status"] == "past_due":
        return time.time() < subscription["period_start"] + int(os.environ["PAST_DUE_GRACE_DAYS"]) * 86_400
    payment = user["parts"].get(f"payment:{subscription['id']}")
    debit_failed = subscription["status"] == "active" and payment is not None and payment["value"]["status"] == "failed"
    return subscription["status"] in ("active", "trialing") and not debit_failed
