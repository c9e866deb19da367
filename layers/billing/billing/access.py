"""What a subscription's status means for its user, in one place.

| status             | live | the features are granted |
|--------------------|------|--------------------------|
| trialing           | yes  | yes |
| active             | yes  | yes, also while a delayed debit is processing; not when that debit failed |
| past_due           | yes  | for a grace period from the day the charge was due: nobody is locked out over one declined charge |
| unpaid             | yes  | no: the retries are over |
| incomplete         | yes  | no: the first payment never succeeded |
| paused             | yes  | no: a trial ended without a payment method |
| canceled           | no   | no |
| incomplete_expired | no   | no |
| one unknown to us  | yes  | no |

*Live* means that the user has this subscription: no second one may be bought. Which features are granted is not decided by
product or price here: Stripe's active entitlements say (as the guide has it); this table says whether they count.
"""

from collections.abc import Iterable
from typing import Any

from billing.state.parts import ENTITLEMENTS, User, payment_key

ENDED = frozenset({"canceled", "incomplete_expired"})
GRANTING = frozenset({"trialing", "active"})


def is_live(subscription: dict[str, Any]) -> bool:
    return subscription["status"] not in ENDED


def renews(subscription: dict[str, Any]) -> bool:
    """Whether another charge follows at the end of the period."""
    if not is_live(subscription) or subscription["status"] in ("paused", "incomplete") or subscription["paused"]:
        return False
    return subscription["cancel_at"] is None or subscription["cancel_at"] > subscription["period_end"]


def live_subscriptions(user: User) -> list[dict[str, Any]]:
    return [subscription for subscription in user.values("subscription") if is_live(subscription)]


def in_order(subscriptions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A live one before an ended one, then the newest first."""
    return sorted(subscriptions, key=lambda each: (is_live(each), each["created"], each["id"]), reverse=True)


def granted_features(user: User, now: float, grace: float) -> list[str]:
    """Lookup keys of the features that the user may use at a time: a pure function of the item, `now` (Unix seconds) and
    the grace period (seconds)."""
    if not any(grants(user, subscription, now, grace) for subscription in user.values("subscription")):
        return []
    entitlements = user.part(ENTITLEMENTS)
    return list(entitlements["features"]) if entitlements else []


def grants(user: User, subscription: dict[str, Any], now: float, grace: float) -> bool:
    """Whether this subscription of theirs lets the user have the features that Stripe entitles them to, at a time: see the table above."""
    if subscription["status"] == "past_due":
        # The charge that failed was due when the period began.
        return now < subscription["period_start"] + grace
    if subscription["status"] not in GRANTING:
        return False
    payment = user.part(payment_key(subscription["id"]))
    debit_failed = payment is not None and payment["status"] == "failed" and subscription["status"] == "active"
    return not debit_failed
