"""The parts of a user as Stripe has them now: one by its key, or all of a customer's.

What is returned is certain, and says when it was true. `by` names what made us ask; it stands in the part's `source`.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from billing import snapshots
from billing.access import is_live
from billing.cause import FETCHED
from billing.errors import Undecided
from billing.shapes import Json, child, children
from billing.state.parts import (
    CUSTOMER,
    ENTITLEMENTS,
    Observation,
    kind_and_id,
    payment_key,
    payment_method_key,
    subscription_key,
)
from billing.stripe_api import Answer
from billing.stripe_api import ask as ask_stripe

if TYPE_CHECKING:
    from stripe import StripeClient

    Call = Callable[[StripeClient], Any]
    ListCall = Callable[[StripeClient, Any], Any]
    """From the client and the page's parameters to the list."""

PAGE = 100
"""The longest page that Stripe gives."""


def ask(call: "Call") -> Answer:
    """One call whose answer says when it was true. Raises `Undecided` for one without a Date, which orders nothing."""
    answer = ask_stripe(call)
    if not answer.certain:
        raise Undecided("an answer of Stripe's came without a Date")
    return answer


def fetch_part(customer: str, key: str, by: str) -> Observation:
    """Any part of a customer's user, by its key."""
    kind, id_ = kind_and_id(key)
    match kind:
        case "subscription":
            return fetch_subscription(id_, by)
        case "payment":
            return fetch_payment(id_, by)
        case "upcoming":
            return fetch_upcoming(id_, by)
        case "payment_method":
            return fetch_payment_method(id_, customer, by)
        case "entitlements":
            return fetch_entitlements(customer, by)
        case "customer":
            return fetch_customer(customer, by)
        case _:
            raise ValueError(f"no part has the key {key}")


def fetch_subscription(subscription: str, by: str) -> Observation:
    answer = ask(lambda stripe: stripe.v1.subscriptions.retrieve(subscription))
    return snapshots.subscription(answer.data, answer.lo, answer.hi, _fetched(by))


def fetch_payment(subscription: str, by: str) -> Observation:
    """The payment state of the subscription's latest invoice that is no draft: a renewal's draft is nobody's debt for an hour, and
    for good where an account leaves unpaid subscriptions' invoices drafts.

    Two calls: from a list, `payments.data.payment.payment_intent` would be one level too deep to expand.
    """
    invoice, lo, hi = _latest_invoice(subscription)
    if invoice is None:
        return Observation(None, lo, hi, _fetched(by))
    answer = ask(lambda stripe: stripe.v1.invoices.retrieve(invoice, {"expand": ["payments.data.payment.payment_intent"]}))
    return snapshots.payment(answer.data, payment_status(answer.data), lo, answer.hi, _fetched(by))


def _latest_invoice(subscription: str) -> tuple[str | None, int, int]:
    """Its id, and between when and when it was the latest one. The list begins with the newest."""
    wanted: Any = {"subscription": subscription}
    lo, hi = 0, 0
    for page in pages(lambda stripe, page: stripe.v1.invoices.list(wanted | page), limit=10):
        lo, hi = lo or page.lo, page.hi
        for invoice in page.data["data"]:
            if invoice["status"] != "draft":
                return invoice["id"], lo, hi
    return None, lo, hi


_BY_INTENT = {"processing": "processing", "requires_action": "action_required", "requires_confirmation": "action_required"}


def payment_status(invoice: Json) -> str:
    """`paid`, `processing`, `failed` or `action_required`, of an invoice with its PaymentIntents expanded."""
    if invoice["status"] == "paid":
        return "paid"
    if invoice["status"] in ("void", "uncollectible"):
        return "failed"
    intents = [child(child(payment, "payment"), "payment_intent") for payment in children(invoice, "payments")]
    return _BY_INTENT.get(intents[-1]["status"], "failed") if intents else "processing"


def fetch_upcoming(subscription: str, by: str) -> Observation:
    """The next invoice as Stripe would write it now, with what waits to be credited. Raises what Stripe raises where none is coming."""
    answer = ask(lambda stripe: stripe.v1.invoices.create_preview({"subscription": subscription}))
    return snapshots.upcoming(answer.data, answer.lo, answer.hi, _fetched(by))


def fetch_payment_method(payment_method: str, customer: str, by: str) -> Observation:
    """Without a value if it is not this customer's any more."""
    answer = ask(lambda stripe: stripe.v1.payment_methods.retrieve(payment_method))
    if answer.data.get("customer") != customer:
        return Observation(None, answer.lo, answer.hi, _fetched(by), final=True)
    return snapshots.payment_method(answer.data, answer.lo, answer.hi, _fetched(by))


def fetch_customer(customer: str, by: str) -> Observation:
    answer = ask(lambda stripe: stripe.v1.customers.retrieve(customer))
    return snapshots.customer(answer.data, answer.lo, answer.hi, _fetched(by))


def fetch_entitlements(customer: str, by: str) -> Observation:
    """All pages. They were true somewhere between the first and the last of them."""
    wanted: Any = {"customer": customer}
    answers = list(pages(lambda stripe, page: stripe.v1.entitlements.active_entitlements.list(wanted | page)))
    keys = [entitlement["lookup_key"] for answer in answers for entitlement in answer.data["data"]]
    return snapshots.features(keys, answers[0].lo, answers[-1].hi, _fetched(by))


def fetch_everything(customer: str, by: str, default: Observation | None = None) -> Iterator[tuple[str, Observation]]:
    """Every part that a customer's user has in Stripe: all subscriptions, canceled ones too, the payment state of each live one,
    payment methods, entitlements and the customer's default (unless it is given). Each is asked for when its turn comes.

    Six calls for a customer with one live subscription, and two for each further live one.
    """
    wanted: Any = {"customer": customer, "status": "all"}
    for page in pages(lambda stripe, page: stripe.v1.subscriptions.list(wanted | page)):
        for subscription in page.data["data"]:
            yield subscription_key(subscription["id"]), snapshots.subscription(subscription, page.lo, page.hi, _fetched(by))
            if is_live(subscription):
                yield payment_key(subscription["id"]), fetch_payment(subscription["id"], by)
    for page in pages(lambda stripe, page: stripe.v1.customers.payment_methods.list(customer, page)):
        for payment_method in page.data["data"]:
            yield payment_method_key(payment_method["id"]), snapshots.payment_method(payment_method, page.lo, page.hi, _fetched(by))
    yield ENTITLEMENTS, fetch_entitlements(customer, by)
    yield CUSTOMER, default or fetch_customer(customer, by)


def pages(list_page: "ListCall", after: str = "", limit: int = 0, asking: "Callable[[Call], Answer]" = ask) -> Iterator[Answer]:
    """The pages of a list, beginning after an object's id; each is an answer of its own, true at a time of its own."""
    page: Json = {"limit": limit or PAGE}
    while True:
        if after:
            page["starting_after"] = after
        answer = asking(lambda stripe: list_page(stripe, page))
        yield answer
        if not answer.data["has_more"]:
            return
        after = answer.data["data"][-1]["id"]


def _fetched(by: str) -> str:
    return by + FETCHED
