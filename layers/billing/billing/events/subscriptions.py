"""customer.subscription.*: what the user has."""

from billing import snapshots
from billing.access import live_subscriptions
from billing.events.event import Event, Result
from billing.log import count, logger
from billing.state.parts import Observation, subscription_key
from billing.stripe_api import ask


def changed(event: Event) -> Result:
    subscription = event.reference("id")
    applied = event.apply(
        customer=event.reference("customer"),
        key=subscription_key(subscription),
        read=lambda lo, hi, by: snapshots.subscription(event.object, lo, hi, by),
        fetch=lambda: fetch_subscription(subscription, event.id),
    )
    if applied.user and len(live_subscriptions(applied.user)) > 1:
        # Checkout never makes a second one: somebody did, in the Dashboard or by the API. The account shows both.
        logger().error("Two live subscriptions", extra={"user": applied.user.id, "customer": applied.user.customer})
        count("DoubleSubscription")
    return applied


def fetch_subscription(subscription: str, by: str) -> Observation:
    """The subscription as Stripe has it now."""
    answer = ask(lambda stripe: stripe.v1.subscriptions.retrieve(subscription))
    return snapshots.subscription(answer.data, answer.lo, answer.hi, f"{by} (fetched)")
