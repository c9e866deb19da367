"""The alarm for what must not be: a user with two live subscriptions."""

from billing.access import live_subscriptions
from billing.log import count, logger
from billing.state.parts import kind_and_id
from billing.state.store import Applied


def flag_second_subscription(key: str, applied: Applied) -> None:
    """Logs and counts it when the write of a subscription leaves its user with two that live.

    Checkout never makes a second one: somebody did, in the Dashboard or by the API. The account shows both.
    """
    if kind_and_id(key)[0] == "subscription" and applied.user and len(live_subscriptions(applied.user)) > 1:
        logger().error("Two live subscriptions", extra={"user": applied.user.id, "customer": applied.user.customer})
        count("DoubleSubscription")
