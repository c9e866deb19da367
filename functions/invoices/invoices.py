"""GET /invoices: the caller's invoices, newest first. Amounts in minor units, times in Unix seconds."""

from billing.currency import minor_unit_divisor
from billing.endpoint import Answer, Nothing, Request, endpoint
from billing.shapes import Json
from billing.state import store
from billing.stripe_api import ask

SHOWN = 24


@endpoint(Nothing)
def handler(request: Request[Nothing]) -> Answer:
    user = store.read(request.caller.id)
    if user is None or not user.customer:
        return {"invoices": []}
    listed = ask(lambda stripe: stripe.v1.invoices.list({"customer": user.customer, "limit": SHOWN})).data["data"]
    # A draft may still change, and its customer has nothing to do about it.
    return {"invoices": [_shown(invoice) for invoice in listed if invoice["status"] != "draft"]}


def _shown(invoice: Json) -> Json:
    return {
        "id": invoice["id"],
        "number": invoice["number"],
        "created": invoice["created"],
        "amountDue": invoice["amount_due"],
        "currency": invoice["currency"],
        "minorUnitDivisor": minor_unit_divisor(invoice["currency"]),
        "status": invoice["status"],
        "pdfUrl": invoice["invoice_pdf"],
    }
