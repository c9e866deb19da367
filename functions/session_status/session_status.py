"""GET /session-status: what became of a Checkout Session of the caller's, for the return page."""

from billing.endpoint import Answer, Nothing, Request, endpoint
from billing.errors import NotFound
from billing.state import store
from billing.stripe_api import ask


@endpoint(Nothing)
def handler(request: Request[Nothing]) -> Answer:
    session_id = request.required_query("session_id")
    user = store.read(request.caller.id)
    if user is None or not user.owns_session(session_id):
        raise NotFound("not_found", "There is no such session.")
    session = ask(lambda stripe: stripe.v1.checkout.sessions.retrieve(session_id)).data
    answer = {"status": session["status"], "paymentStatus": session["payment_status"]}
    return answer | ({"subscriptionId": session["subscription"]} if session.get("subscription") else {})
