"""GET /account: everything the account page shows. One read, no call to Stripe."""

from billing.account import account_json
from billing.endpoint import Answer, Nothing, Request, endpoint
from billing.state import store


@endpoint(Nothing)
def handler(request: Request[Nothing]) -> Answer:
    return account_json(store.read(request.caller.id))
