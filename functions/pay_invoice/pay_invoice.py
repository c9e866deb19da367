"""POST /pay-invoice: pays the open invoice of a subscription with the default payment method.

Answers `{status}`: `paid`, `processing` (a debit is on its way), or `requires_action` with the `clientSecret` that the browser
confirms with the bank. A declined payment is a 402.
"""

import uuid
from typing import Any

from billing import snapshots
from billing.account import default_payment_method
from billing.cause import cause
from billing.endpoint import Answer, Body, Request, endpoint
from billing.errors import NotFound
from billing.fetch import fetch_payment, payment_status
from billing.own_changes import keep
from billing.shapes import child
from billing.state import store
from billing.state.parts import User, payment_key
from billing.stripe_api import ask


class PayInvoice(Body):
    invoice_id: str


@endpoint(PayInvoice)
def handler(request: Request[PayInvoice]) -> Answer:
    import stripe  # not above, where it would stand before `billing`, which defers it

    invoice = request.body.invoice_id
    user = store.read(request.caller.id)
    subscription = _subscription_billed_by(user, invoice) if user else None
    if user is None or subscription is None:
        raise NotFound("not_found", "There is no such invoice.")
    try:
        if _pay(user, subscription, invoice):
            return {"status": "paid"}
    except stripe.CardError as error:
        if error.code != "invoice_payment_intent_requires_action":
            raise
    except stripe.InvalidRequestError:
        pass  # paid already, or void: the invoice itself says below what it is now
    return _outcome(invoice)


def _subscription_billed_by(user: User, invoice: str) -> str | None:
    """The caller's subscription whose latest invoice this is; None for an invoice that the store does not know as theirs."""
    for subscription in user.values("subscription"):
        payment = user.part(payment_key(subscription["id"]))
        if invoice in (subscription["latest_invoice"], payment and payment["invoice"]):
            return subscription["id"]
    return None


def _pay(user: User, subscription: str, invoice: str) -> bool:
    """Whether it is paid now."""
    method = default_payment_method(user)
    params: Any = {"payment_method": method["id"]} if method else {}
    options: Any = {"idempotency_key": f"pay:{uuid.uuid4().hex}"}
    answer = ask(lambda stripe: stripe.v1.invoices.pay(invoice, params, options))
    paid = answer.data["status"] == "paid"
    if paid:
        seen = snapshots.payment(answer.data, "paid", answer.lo, answer.hi, cause(), certain=answer.certain)
        keep(user, payment_key(subscription), seen, lambda: fetch_payment(subscription, cause()))
    return paid


def _outcome(invoice: str) -> Answer:
    params: Any = {"expand": ["confirmation_secret", "payments.data.payment.payment_intent"]}
    found = ask(lambda stripe: stripe.v1.invoices.retrieve(invoice, params)).data
    status = payment_status(found)
    if status != "action_required":
        return {"status": status}
    return {"status": "requires_action", "clientSecret": child(found, "confirmation_secret")["client_secret"]}
