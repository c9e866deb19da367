"""POST /create-preview-invoice: what changing the plan would cost, before anybody decides."""

from billing.endpoint import Answer, Body, Request, endpoint
from billing.errors import NotFound
from billing.plan_change import plan_change, preview


class CreatePreviewInvoice(Body):
    subscription_id: str
    new_price_id: str
    customer_id: str | None = None
    """The guide's form sends it; it may only be the caller's own."""


@endpoint(CreatePreviewInvoice)
def handler(request: Request[CreatePreviewInvoice]) -> Answer:
    body = request.body
    change = plan_change(request.caller, body.subscription_id, body.new_price_id)
    if body.customer_id is not None and body.customer_id != change.user.customer:
        raise NotFound("not_found", "There is no such customer.")
    return preview(change)
