"""POST /settle-session: brings the account up to a completed session at once, so that the return page never beats the webhook.

It asks Stripe and applies the answers by the same rule as an event: whichever comes first, the other changes nothing.
"""

from billing.cause import cause
from billing.endpoint import Answer, Body, Request, endpoint
from billing.refresh import refresh
from billing.sessions import owned_session, session_json
from billing.state.parts import ENTITLEMENTS, payment_key, payment_method_key, subscription_key


class SettleSession(Body):
    session_id: str


@endpoint(SettleSession)
def handler(request: Request[SettleSession]) -> Answer:
    user, session = owned_session(request.caller, request.body.session_id)
    subscription = session.get("subscription")
    if subscription:
        settled = refresh(user, subscription_key(subscription), cause()).after or {}
        refresh(user, payment_key(subscription), cause())
        refresh(user, ENTITLEMENTS, cause())
        if settled.get("payment_method"):
            refresh(user, payment_method_key(settled["payment_method"]), cause())
    return session_json(session)
