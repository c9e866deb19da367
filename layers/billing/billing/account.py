"""How a user's state is shown: the JSON of GET /account, and of every endpoint that answers with a subscription."""

import time

from billing.access import ENDED, granted_features, in_order, renews
from billing.currency import minor_unit_divisor
from billing.errors import NotFound
from billing.settings import settings
from billing.shapes import Json
from billing.state.parts import CUSTOMER, User, payment_key, payment_method_key, subscription_key, upcoming_key


def account_json(user: User | None) -> Json:
    """The whole account; of somebody who never became a customer, an empty one."""
    if user is None or not user.customer:
        return {"otherSubscriptions": [], "features": []}
    shown = [subscription_json(user, subscription) for subscription in in_order(user.values("subscription"))]
    return _known(
        {
            "customerId": user.customer,
            "subscription": shown[0] if shown else None,
            "otherSubscriptions": shown[1:],
            "paymentMethod": payment_method_json(default_payment_method(user)),
            "features": granted_features(user, time.time(), settings.grace_seconds),
        }
    )


def owned_subscription(user: User | None, subscription: str) -> Json:
    """The stored value of a subscription of this user's. Raises `NotFound`, the same for another user's as for a missing one."""
    found = user.part(subscription_key(subscription)) if user else None
    if found is None:
        raise NotFound("not_found", "There is no such subscription.")
    return found


def subscription_json(user: User, subscription: Json) -> Json:
    payment = user.part(payment_key(subscription["id"]))
    pending = subscription["pending"]
    return _known(
        {
            "id": subscription["id"],
            "status": subscription["status"],
            "productId": subscription["product"],
            "priceId": subscription["price"],
            "lookupKey": subscription["lookup_key"],
            "currentPeriodEnd": subscription["period_end"],
            "cancelAt": None if subscription["status"] in ENDED else subscription["cancel_at"],
            "trialEnd": subscription["trial_end"],
            "paymentStatus": payment["status"] if payment else None,
            "pendingUpdate": {"priceId": pending["price"], "expiresAt": pending["expires_at"]} if pending else None,
            "nextCharge": _next_charge(user, subscription),
        }
    )


def _next_charge(user: User, subscription: Json) -> Json | None:
    """What renews, if it does: amount in minor units, at the end of the period (Unix seconds).

    As Stripe foresaw it, with credit and discounts; else the plan's price. None where nobody has said yet what a discount leaves.
    """
    if not renews(subscription):
        return None
    at, currency = subscription["period_end"], subscription["currency"]
    foreseen = user.part(upcoming_key(subscription["id"]))
    if foreseen and (foreseen["period_end"], foreseen["price"]) == (at, subscription["price"]):
        amount = foreseen["amount"]
    elif subscription["discounted"]:
        return None
    else:
        amount = subscription["unit_amount"] * subscription["quantity"]
    return {"amount": amount, "currency": currency, "minorUnitDivisor": minor_unit_divisor(currency), "at": at}


def default_payment_method(user: User) -> Json | None:
    """What is charged next: the subscription's own payment method, else the customer's default."""
    subscriptions = in_order(user.values("subscription"))
    customer = user.part(CUSTOMER) or {}
    candidates = [subscriptions[0]["payment_method"] if subscriptions else None, customer.get("payment_method")]
    known = (user.part(payment_method_key(candidate)) for candidate in candidates if candidate)
    return next((each for each in known if each), None)


def payment_method_json(payment_method: Json | None) -> Json | None:
    if payment_method is None:
        return None
    return _known(
        {
            "id": payment_method["id"],
            "type": payment_method["type"],
            "brand": payment_method["brand"],
            "last4": payment_method["last4"],
            "expMonth": payment_method["exp_month"],
            "expYear": payment_method["exp_year"],
        }
    )


def _known(values: Json) -> Json:
    """Without what is not known: an optional field is missing, never null."""
    return {name: value for name, value in values.items() if value is not None}
