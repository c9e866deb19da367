"""customer.updated: which payment method is the default."""

from billing import snapshots
from billing.events.event import Event, Result
from billing.state.parts import CUSTOMER, Observation
from billing.stripe_api import ask


def updated(event: Event) -> Result:
    customer = event.reference("id")
    return event.apply(
        customer=customer,
        key=CUSTOMER,
        read=lambda lo, hi, by: snapshots.customer(event.object, lo, hi, by),
        fetch=lambda: fetch_customer(customer, event.id),
    )


def fetch_customer(customer: str, by: str) -> Observation:
    answer = ask(lambda stripe: stripe.v1.customers.retrieve(customer))
    return snapshots.customer(answer.data, answer.lo, answer.hi, f"{by} (fetched)")
