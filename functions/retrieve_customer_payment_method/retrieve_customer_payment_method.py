"""POST /retrieve-customer-payment-method: brand, last four and expiry, from the store. Only ids it knows as the caller's."""

from billing.account import default_payment_method, payment_method_json
from billing.endpoint import Answer, Body, Request, endpoint
from billing.errors import NotFound
from billing.state import store
from billing.state.parts import payment_method_key


class RetrieveCustomerPaymentMethod(Body):
    payment_method_id: str | None = None


@endpoint(RetrieveCustomerPaymentMethod)
def handler(request: Request[RetrieveCustomerPaymentMethod]) -> Answer:
    asked = request.body.payment_method_id
    user = store.read(request.caller.id)
    known = user and (user.part(payment_method_key(asked)) if asked is not None else default_payment_method(user))
    shown = payment_method_json(known or None)
    if shown is None:
        raise NotFound("not_found", "There is no such payment method.")
    return shown
