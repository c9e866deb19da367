"""One user, one open Checkout Session, one live subscription: under double clicks, two tabs and late webhooks.

The session is claimed in the user's item before Stripe is asked, with the idempotency key it will be made under:

    tab 1               tab 2                     claim in the user's item
    claim               -                         attempt a1
    create(key a1) ...  claim fails, waits        attempt a1
    names the session   -                         attempt a1, session cs_1
                        asks Stripe about cs_1    open: hands it out; for another plan: expires it, then claims

A tab that finds a claim whose request died makes the session itself under the same key and gets the very same one.
The common case is two writes and one call to Stripe.
"""

import time
import uuid
from dataclasses import replace
from typing import Any

import stripe

from billing.access import is_live, live_subscriptions
from billing.catalogue import amount_in, catalogue
from billing.customers import KEY_LIFETIME, ensure_customer, metadata_for, refuse_leaving
from billing.endpoint import Caller
from billing.errors import BadRequest, Conflict, TryAgain
from billing.settings import settings
from billing.shapes import Json
from billing.state import store
from billing.state.parts import Checkout, User, subscription_key
from billing.stripe_api import ask
from billing.waiting import PATIENCE_SECONDS, soon

ROUNDS = 8
EARLIER_SESSIONS = 20


def open_session(caller: Caller, price_id: str | None, lookup_key: str | None, currency: str | None) -> Json:
    """The caller's open Checkout Session for a plan, as Stripe's JSON.

    Raises `BadRequest` for a plan or currency that is not on sale, `Conflict` while a subscription lives or the user is being deleted.
    """
    wanted = _claim(price_id, lookup_key, currency)
    instead_of: Checkout | None = None
    for _ in range(ROUNDS):
        user = store.claim_checkout(caller.id, wanted, instead_of)
        if user is None:
            user = _user_with_customer(caller)
            claim = user.checkout
            if claim is None:
                continue
            if claim.attempt != wanted.attempt:  # else our own write arrived and its answer was lost
                session, instead_of = _look_at(user, claim, wanted)
                if session:
                    return session
                wanted = replace(wanted, earlier=[each for each in (claim.session, *claim.earlier) if each][:EARLIER_SESSIONS])
                continue
        try:
            _refuse_second_subscription(user)
        except Conflict:
            store.release_checkout(caller.id, wanted.attempt)
            raise
        return _create(user, wanted)
    raise TryAgain("try_again", "Too many requests at once for this account. Please try again.")


def _claim(price_id: str | None, lookup_key: str | None, currency: str | None) -> Checkout:
    if (price_id is None) == (lookup_key is None):
        raise BadRequest("invalid_request", "Send either priceId or lookupKey.")
    on_sale = catalogue()
    price = on_sale.price(price_id, lookup_key)
    chosen = (currency or price["currency"]).lower()
    amount_in(price, chosen)
    return Checkout(
        attempt=uuid.uuid4().hex,
        price=price["id"],
        currency=chosen,
        line_items=[price["id"], *(fee["id"] for fee in on_sale.fees)],
        claimed_at=int(time.time()),
    )


def _user_with_customer(caller: Caller) -> User:
    user = store.read(caller.id)
    if user is None or not user.customer:
        ensure_customer(caller.id, caller.email)
        user = store.read(caller.id)
        assert user is not None
    refuse_leaving(user)
    return user


def _refuse_second_subscription(user: User) -> None:
    if live_subscriptions(user):
        raise _second_subscription()


def _second_subscription() -> Conflict:
    return Conflict("live_subscription", "There is a subscription already. Change its plan instead.")


def _look_at(user: User, claim: Checkout, wanted: Checkout) -> tuple[Json | None, Checkout]:
    """What an earlier claim has become: its session if it may be handed out, else None and the claim to replace."""
    _refuse_second_subscription(user)
    if not claim.session:
        age = time.time() - claim.claimed_at
        if age > KEY_LIFETIME:
            return None, claim
        claim = soon(lambda: _named_meanwhile(user.id), PATIENCE_SECONDS - age) or claim
    session = _retrieve(claim.session) if claim.session else _create(user, claim)
    if session["status"] == "open":
        if (claim.price, claim.currency) == (wanted.price, wanted.currency):
            return session, claim
        session = expire(session["id"])
    if session["status"] == "complete":
        _refuse_while_alive(user, session)
    return None, claim


def _refuse_while_alive(user: User, session: Json) -> None:
    """A completed session has made a subscription, which the webhook may not have told us of yet."""
    subscription = session["subscription"]
    known = user.part(subscription_key(subscription)) if subscription else None
    if known is None and subscription:
        known = ask(lambda stripe: stripe.v1.subscriptions.retrieve(subscription)).data
    if known is None or is_live(known):
        raise _second_subscription()


def _retrieve(session: str) -> Json:
    return ask(lambda stripe: stripe.v1.checkout.sessions.retrieve(session)).data


def expire(session: str) -> Json:
    """The session, closed: expired now, or paid in another tab a moment ago."""
    try:
        return ask(lambda stripe: stripe.v1.checkout.sessions.expire(session)).data
    except stripe.InvalidRequestError:
        return _retrieve(session)


def _create(user: User, claim: Checkout) -> Json:
    """Makes the claimed session; with the same claim always the same one."""
    params: Any = {
        "mode": "subscription",
        "ui_mode": settings.release.checkout_ui_mode,
        "customer": user.customer,
        "currency": claim.currency,
        "line_items": [{"price": price, "quantity": 1} for price in claim.line_items],
        "allow_promotion_codes": True,
        "subscription_data": {"metadata": metadata_for(user.id)},
        "metadata": metadata_for(user.id),
        "return_url": f"{settings.site_url}/return.html?session_id={{CHECKOUT_SESSION_ID}}",
    }
    options: Any = {"idempotency_key": f"checkout:{claim.attempt}"}
    answer = ask(lambda stripe: stripe.v1.checkout.sessions.create(params, options))
    store.name_session(user.id, claim.attempt, answer.data["id"])
    # A replay says what the session was when it was made, not what it is.
    return answer.data if answer.certain else _retrieve(answer.data["id"])


def _named_meanwhile(user_id: str) -> Checkout | None:
    user = store.read(user_id)
    return user.checkout if user and user.checkout and user.checkout.session else None
