"""What became of a Checkout Session, for its owner."""

from billing.endpoint import Answer, Caller
from billing.errors import NotFound
from billing.shapes import Json
from billing.state import store
from billing.state.parts import User
from billing.stripe_api import ask


def owned_session(caller: Caller, session: str) -> tuple[User, Json]:
    """The caller and their session as Stripe has it. Raises `NotFound` for anybody else's, before Stripe hears of it."""
    user = store.read(caller.id)
    if user is None or not user.owns_session(session):
        raise NotFound("not_found", "There is no such session.")
    return user, ask(lambda stripe: stripe.v1.checkout.sessions.retrieve(session)).data


def session_json(session: Json) -> Answer:
    """`{status, paymentStatus, subscriptionId?}`"""
    answer = {"status": session["status"], "paymentStatus": session["payment_status"]}
    return answer | ({"subscriptionId": session["subscription"]} if session.get("subscription") else {})
