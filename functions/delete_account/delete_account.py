"""DELETE /account: ends what is paid for and forgets the user. Asked again, it goes on where it was interrupted."""

from billing.deletion import delete_account
from billing.endpoint import Answer, Nothing, Request, endpoint


@endpoint(Nothing)
def handler(request: Request[Nothing]) -> Answer:
    delete_account(request.caller)
    return {"deleted": True}
