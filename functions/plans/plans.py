"""GET /plans: what can be subscribed to. Public."""

from billing.catalogue import catalogue
from billing.endpoint import Answer, public_endpoint


@public_endpoint
def handler() -> Answer:
    on_sale = catalogue()
    return {"currencies": on_sale.currencies, "plans": on_sale.plans}
