"""What the API answers, as types: the schemas of docs/openapi.json.

Optional fields are left out where they are not known, never null. Every answer that the tests see is held against these.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType


class Answer(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Base of all of them: what is not described here is not answered."""


def _described(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


MinorUnits = Annotated[int, _described("In minor units of the currency, such as cents")]
UnixSeconds = Annotated[int, _described("Unix time in seconds")]
Currency = Annotated[str, msgspec.Meta(pattern="^[a-z]{3}$", description="ISO 4217, in lower case")]
Divisor = Annotated[int, _described("How many minor units make one: 100 for usd, 1 for jpy. Stripe's own, which may differ from ISO 4217")]
LookupKeys = Annotated[list[str], _described("Lookup keys of the features")]
Secret = Annotated[str, _described("For Stripe.js in the user's own browser; it is not stored and not logged")]


class CurrencyOption(Answer):
    unit_amount: MinorUnits
    minor_unit_divisor: Divisor


class Price(Answer):
    id: str
    lookup_key: str
    unit_amount: MinorUnits
    currency: Currency
    minor_unit_divisor: Divisor
    interval: Literal["day", "week", "month", "year"]
    interval_count: int
    currency_options: dict[str, CurrencyOption] | UnsetType = UNSET
    """By currency."""


class Plan(Answer):
    product_id: str
    name: str
    description: str
    features: LookupKeys
    prices: list[Price]


class Plans(Answer):
    """What is on sale, cheapest first."""

    currencies: list[Currency]
    plans: list[Plan]


class CustomerMade(Answer):
    customer_id: str


class CheckoutSession(Answer):
    session_id: str
    client_secret: Secret


class SessionStatus(Answer):
    status: Literal["open", "complete", "expired"]
    payment_status: Literal["paid", "unpaid", "no_payment_required"]
    subscription_id: str | UnsetType = UNSET


class PendingUpdate(Answer):
    """A change of plan that waits for its payment."""

    price_id: str | None
    expires_at: UnixSeconds


class NextCharge(Answer):
    amount: MinorUnits
    currency: Currency
    minor_unit_divisor: Divisor
    at: UnixSeconds


class Subscription(Answer):
    id: str
    status: Annotated[str, _described("Stripe's")]
    product_id: str
    price_id: str
    current_period_end: UnixSeconds
    lookup_key: str | UnsetType = UNSET
    cancel_at: UnixSeconds | UnsetType = UNSET
    trial_end: UnixSeconds | UnsetType = UNSET
    payment_status: Literal["paid", "processing", "failed", "action_required"] | UnsetType = UNSET
    pending_update: PendingUpdate | UnsetType = UNSET
    next_charge: NextCharge | UnsetType = UNSET


class PaymentMethod(Answer):
    id: str
    type: Annotated[str, _described("Stripe's: card, sepa_debit, …")]
    brand: str | UnsetType = UNSET
    last4: str | UnsetType = UNSET
    exp_month: int | UnsetType = UNSET
    exp_year: int | UnsetType = UNSET


class Account(Answer):
    other_subscriptions: list[Subscription]
    features: LookupKeys
    customer_id: str | UnsetType = UNSET
    subscription: Subscription | UnsetType = UNSET
    payment_method: PaymentMethod | UnsetType = UNSET


class PreviewLine(Answer):
    description: str | None
    amount: MinorUnits
    proration: bool


class Preview(Answer):
    amount_due: Annotated[int, _described("Due today, in minor units")]
    currency: Currency
    minor_unit_divisor: Divisor
    proration_date: Annotated[int, _described("Sent along with the change within 15 minutes, it makes the amount billed the amount shown")]
    next_amount: MinorUnits
    next_date: UnixSeconds
    lines: list[PreviewLine]


class InvoicePayment(Answer):
    status: Literal["paid", "processing", "failed", "requires_action"]
    client_secret: Secret | UnsetType = UNSET
    """With `requires_action`: what the browser confirms with the bank."""


class Invoice(Answer):
    id: str
    number: str | None
    created: UnixSeconds
    amount_due: MinorUnits
    currency: Currency
    minor_unit_divisor: Divisor
    status: Annotated[str, _described("Stripe's: open, paid, void or uncollectible")]
    pdf_url: str | None


class Invoices(Answer):
    """Newest first."""

    invoices: list[Invoice]


class Entitlements(Answer):
    features: LookupKeys


class Report(Answer):
    report: str


class Deleted(Answer):
    deleted: Literal[True]


class GatewayError(Answer):
    """API Gateway's own: no or no valid token, no such route, a body over 10 MB, too many requests, or a function that died."""

    message: str
