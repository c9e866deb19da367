"""POST /create-checkout-session: the caller's open session for a plan, the same one however often it is asked for."""

from billing.checkout import open_session
from billing.endpoint import Answer, Body, Request, endpoint


class CreateCheckoutSession(Body):
    price_id: str | None = None
    lookup_key: str | None = None
    currency: str | None = None


@endpoint(CreateCheckoutSession)
def handler(request: Request[CreateCheckoutSession]) -> Answer:
    body = request.body
    session = open_session(request.caller, body.price_id, body.lookup_key, body.currency)
    return {"sessionId": session["id"], "clientSecret": session["client_secret"]}
