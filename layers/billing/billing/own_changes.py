"""A change of a subscription that the caller asked for: own it, make it in Stripe, store the answer, show it.

Read your own writes: the answer goes into the store under the order rule, so the next GET /account shows it, and no event
that is still under way can show the old state again.
"""

import uuid
from collections.abc import Callable
from typing import Any

import stripe
from pynamodb.exceptions import PynamoDBException

from billing import snapshots
from billing.access import is_live
from billing.account import owned_subscription, subscription_json
from billing.cause import cause
from billing.customers import refuse_leaving
from billing.endpoint import Caller
from billing.errors import Conflict, Undecided
from billing.fetch import fetch_subscription
from billing.log import logger
from billing.shapes import Json
from billing.state import store
from billing.state.parts import Observation, User, subscription_key
from billing.state.store import Fetch
from billing.stripe_api import ask

Call = Callable[["stripe.StripeClient", Json, str], Any]
"""From the client, the stored subscription and an idempotency key to the Subscription that Stripe answers."""


def live_subscription_of(caller: Caller, subscription: str) -> tuple[User, Json]:
    """The caller's own subscription as stored. Raises `NotFound` for anybody else's, before Stripe hears of it, and
    `Conflict` for one that has ended, or while its user is being deleted."""
    user = store.read(caller.id)
    known = owned_subscription(user, subscription)
    assert user is not None
    refuse_leaving(user)
    if not is_live(known):
        raise _ended()
    return user, known


def _ended() -> Conflict:
    return Conflict("subscription_ended", "This subscription has ended and cannot be changed. Subscribe again instead.")


def change_subscription(caller: Caller, subscription: str, call: Call, ends: bool = False) -> Json:
    """Makes the change and answers with the subscription, shaped as in GET /account. `ends`: as in `make_change`."""
    user = make_change(*live_subscription_of(caller, subscription), call, ends)
    return subscription_json(user, owned_subscription(user, subscription))


def make_change(user: User, known: Json, call: Call, ends: bool = False) -> User:
    """Makes the change and returns the user as now stored.

    Raises `Conflict` when Stripe says that the subscription has ended meanwhile; the store then knows it too. With `ends` that
    is what was wanted: a cancellation whose answer was lost is refused when the SDK sends it again.
    """
    subscription = known["id"]
    key = subscription_key(subscription)
    attempt = uuid.uuid4().hex

    def fetch() -> Observation:
        return fetch_subscription(subscription, cause())

    try:
        answer = ask(lambda stripe: call(stripe, known, attempt))
    except stripe.InvalidRequestError:
        now = store.apply_own(user, key, fetch(), fetch)
        if now.value is None or is_live(now.value):
            raise
        if not ends:
            raise _ended() from None
        return user.showing(key, now)
    seen = snapshots.subscription(answer.data, answer.lo, answer.hi, cause(), certain=answer.certain)
    return user.showing(key, keep(user, key, seen, fetch))


def keep(user: User, key: str, answer: Observation, fetch: Fetch) -> Observation:
    """Stores what Stripe answered to a change, and returns what holds now.

    The change is made: that the table, or Stripe, fails afterwards is no reason to tell the caller that it was not. Then Stripe's
    own event stores it, which it sends until it is.
    """
    try:
        return store.apply_own(user, key, answer, fetch)
    except (PynamoDBException, stripe.StripeError, Undecided):
        logger().warning("A change is made and could not be stored; its event will", extra={"part": key}, exc_info=True)
        return answer


def withdraw_cancellation(client: "stripe.StripeClient", known: Json, key: str) -> Any:
    """The customer portal schedules a cancellation by a date, everybody else by the boolean; each is withdrawn in its own way."""
    params: Any = {"cancel_at_period_end": False} if known["cancel_at_period_end"] else {"cancel_at": ""}
    return client.v1.subscriptions.update(known["id"], params, {"idempotency_key": key})
