"""POST /create-customer: the user's Stripe Customer, made once and the same ever after."""

from typing import Annotated, Any

import msgspec

from billing.customers import describe_customer, ensure_customer
from billing.endpoint import Answer, Body, Request, endpoint
from billing.errors import BadRequest

# What Stripe takes at most, so that a value it would refuse is named to the caller instead.
Short = Annotated[str, msgspec.Meta(max_length=256)]
Line = Annotated[str, msgspec.Meta(max_length=500)]
Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]


class Address(Body):
    """As the Address Element gives it."""

    line1: Line | None = None
    line2: Line | None = None
    city: Line | None = None
    state: Line | None = None
    postal_code: Short | None = None
    country: Country | None = None


class Shipping(Body):
    name: Short
    address: Address
    phone: Short | None = None


class CreateCustomer(Body):
    name: Short | None = None
    email: str | None = None
    address: Address | None = None
    shipping: Shipping | None = None


@endpoint(CreateCustomer)
def handler(request: Request[CreateCustomer]) -> Answer:
    body, caller = request.body, request.caller
    if body.email is not None and body.email.strip().lower() != caller.email.lower():
        raise BadRequest("email_mismatch", "The e-mail must be the signed-in user's own.")
    customer = ensure_customer(caller.id, caller.email)
    details = _details(body)
    if details:
        describe_customer(customer, details)
    return {"customerId": customer}


def _details(body: CreateCustomer) -> dict[str, Any]:
    """What was given, in Stripe's words. What was left out stays as it is."""
    given: dict[str, Any] = {"name": body.name, "address": body.address, "shipping": body.shipping}
    return {name: _plain(value) for name, value in given.items() if value is not None}


def _plain(value: Any) -> Any:
    if not isinstance(value, Body):
        return value
    fields = msgspec.structs.asdict(value)
    return {name: _plain(field) for name, field in fields.items() if field is not None}
