"""POST /update-subscription: another plan. An upgrade is billed now, a downgrade credited to the next invoice."""

from typing import Annotated

import msgspec

from billing.account import owned_subscription, subscription_json
from billing.cause import cause
from billing.endpoint import Answer, Body, Request, endpoint
from billing.errors import Undecided
from billing.log import logger
from billing.own_changes import change_subscription, make_change, withdraw_cancellation
from billing.plan_change import call_for, plan_change
from billing.state import store
from billing.state.parts import User
from billing.upcoming import refresh_upcoming

UnixSeconds = Annotated[int, msgspec.Meta(ge=0, lt=10**11)]


class UpdateSubscription(Body):
    subscription_id: str
    new_price_id: str
    proration_date: UnixSeconds | None = None
    """The preview's: then the amount billed is the amount shown."""


@endpoint(UpdateSubscription)
def handler(request: Request[UpdateSubscription]) -> Answer:
    body = request.body
    change = plan_change(request.caller, body.subscription_id, body.new_price_id)
    user = make_change(change.user, change.subscription, call_for(change, body.proration_date))
    changed = owned_subscription(user, body.subscription_id)
    if not change.billed_now:
        user = _foresee(user, body.subscription_id)
    if changed["cancel_at"] and not changed["pending"]:
        # Who takes another plan keeps the subscription, as the guide has it. Stripe takes the two changes only one by one
        # when the first may have to wait for its payment.
        return change_subscription(request.caller, body.subscription_id, withdraw_cancellation)
    return subscription_json(user, changed)


def _foresee(user: User, subscription: str) -> User:
    """The credit lowers the next charge. The change is made: not to know that amount yet is no reason to call it failed."""
    # Not above, where they would stand before `billing`, which defers the one and speeds up the other.
    import stripe
    from pynamodb.exceptions import PynamoDBException

    try:
        refresh_upcoming(user, subscription, cause())
        return store.read(user.id) or user
    except (PynamoDBException, stripe.StripeError, Undecided):
        logger().warning("The next charge is not known yet", exc_info=True)
        return user
