"""customer.subscription.*: what the user has."""

from billing import snapshots
from billing.events.event import Event, Result
from billing.state.parts import Observation, subscription_key
from billing.stripe_api import ask


def changed(event: Event) -> Result:
    subscription = event.reference("id")
    return event.apply(
        customer=event.reference("customer"),
        key=subscription_key(subscription),
        read=lambda lo, hi, by: snapshots.subscription(event.object, lo, hi, by),
        fetch=lambda: fetch_subscription(subscription, event.id),
    )


def fetch_subscription(subscription: str, by: str) -> Observation:
    """The subscription as Stripe has it now."""
    answer = ask(lambda stripe: stripe.v1.subscriptions.retrieve(subscription))
    return snapshots.subscription(answer.data, answer.lo, answer.hi, f"{by} (fetched)")
