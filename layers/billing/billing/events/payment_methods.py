"""payment_method.*: the cards and accounts a customer can be charged on."""

from billing import snapshots
from billing.events.event import Event, NotOurs, Result
from billing.state.parts import Observation, payment_method_key
from billing.stripe_api import ask


def changed(event: Event) -> Result:
    """Attached, or its details changed (a bank issued a new card: `automatically_updated`)."""
    payment_method = event.reference("id")
    if not event.object.get("customer"):
        raise NotOurs(payment_method)
    customer = event.reference("customer")
    return event.apply(
        customer=customer,
        key=payment_method_key(payment_method),
        read=lambda lo, hi, by: snapshots.payment_method(event.object, lo, hi, by),
        fetch=lambda: fetch_payment_method(payment_method, customer, event.id),
    )


def detached(event: Event) -> Result:
    """It no longer names its customer: that stands in what changed. A detached one is never attached again."""
    payment_method = event.reference("id")
    customer = event.previous.get("customer")
    if not customer:
        raise NotOurs(payment_method)
    return event.apply(
        customer=customer,
        key=payment_method_key(payment_method),
        read=lambda lo, hi, by: Observation(None, lo, hi, by, final=True),
        fetch=lambda: fetch_payment_method(payment_method, customer, event.id),
    )


def fetch_payment_method(payment_method: str, customer: str, by: str) -> Observation:
    """The payment method as Stripe has it now; without a value if it is not this customer's any more."""
    answer = ask(lambda stripe: stripe.v1.payment_methods.retrieve(payment_method))
    if answer.data.get("customer") != customer:
        return Observation(None, answer.lo, answer.hi, f"{by} (fetched)", final=True)
    return snapshots.payment_method(answer.data, answer.lo, answer.hi, f"{by} (fetched)")
