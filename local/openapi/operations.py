"""What cannot be read from the code of an endpoint: the answer's shape, and which refusals are its own.

An endpoint more is one entry more; the generator, and a test, say so when it is missing.
"""

from dataclasses import dataclass

from billing.errors import Conflict, Forbidden, NotFound, PaymentFailed, Refused
from local.openapi import answers
from local.openapi.answers import Answer


@dataclass(frozen=True, slots=True)
class Operation:
    answer: type[Answer]
    refusals: tuple[type[Refused], ...] = ()
    """Beside those that every endpoint may answer with."""


STRIPES = (PaymentFailed, NotFound, Conflict)
"""What becomes of Stripe's refusals (`billing.endpoint.refusal_for`), wherever it is asked for the caller."""

OPERATIONS: dict[str, Operation] = {
    "GET /plans": Operation(answers.Plans, STRIPES),
    "POST /create-customer": Operation(answers.CustomerMade, STRIPES),
    "POST /create-checkout-session": Operation(answers.CheckoutSession, STRIPES),
    "GET /session-status": Operation(answers.SessionStatus, STRIPES),
    "POST /settle-session": Operation(answers.SessionStatus, STRIPES),
    "GET /account": Operation(answers.Account),
    "GET /entitlements": Operation(answers.Entitlements),
    "GET /invoices": Operation(answers.Invoices, STRIPES),
    "GET /example-report": Operation(answers.Report, (Forbidden,)),
    "POST /create-preview-invoice": Operation(answers.Preview, STRIPES),
    "POST /update-subscription": Operation(answers.Subscription, STRIPES),
    "POST /cancel-subscription": Operation(answers.Subscription, STRIPES),
    "POST /resume-subscription": Operation(answers.Subscription, STRIPES),
    "POST /pay-invoice": Operation(answers.InvoicePayment, STRIPES),
    "POST /retrieve-customer-payment-method": Operation(answers.PaymentMethod, (NotFound,)),
    "POST /create-setup-session": Operation(answers.CheckoutSession, STRIPES),
    "DELETE /account": Operation(answers.Deleted, STRIPES),
}
