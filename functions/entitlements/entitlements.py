"""GET /entitlements: which features the caller may use now. One read, no call to Stripe."""

from billing.endpoint import Answer, Nothing, Request, endpoint
from billing.gate import features_of


@endpoint(Nothing)
def handler(request: Request[Nothing]) -> Answer:
    return {"features": features_of(request.caller.id)}
