"""GET /session-status: what became of a Checkout Session of the caller's, for the return page."""

from billing.endpoint import Answer, Nothing, Request, endpoint
from billing.sessions import owned_session, session_json


@endpoint(Nothing)
def handler(request: Request[Nothing]) -> Answer:
    _, session = owned_session(request.caller, request.required_query("session_id"))
    return session_json(session)
