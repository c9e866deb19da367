"""Users and their Stripe Customers: one each, for good, however often and however parallel one is asked for.

    request 1        request 2            the user's item
    claim                                 claimed_at
    create ...       claim fails, waits   claimed_at
    link                                  claimed_at, customer
                     reads it             the same customer

A claim whose request died is taken over. The idempotency key makes both creations one within Stripe's 24 hours; after
that, Stripe is searched for a Customer that names the user before another is made. Who has asked to be deleted gets none.
"""

import time
from functools import lru_cache
from typing import Any, cast

import stripe

from billing.errors import BadRequest, Conflict
from billing.settings import settings
from billing.state import store
from billing.state.parts import User
from billing.stripe_api import ask
from billing.waiting import soon

APP = "recur"
KEY_LIFETIME = 23 * 3600
"""Seconds after which an idempotency key is no longer relied upon; Stripe keeps it for at least 24 hours."""
STRANGER_SECONDS, MOST_STRANGERS = 60, 5_000


def metadata_for(user: str) -> dict[str, str]:
    """What every Customer and Subscription of ours carries, so that its events find their user without a look-up."""
    return {"app": APP, "stage": settings.stage, "user": user}


def user_named_by(metadata: dict[str, Any] | None) -> str | None:
    """The user that an object's metadata names, if it is this app's and this stage's."""
    if not metadata or metadata.get("app") != APP or metadata.get("stage") != settings.stage:
        return None
    return metadata.get("user")


def ensure_customer(user: str, email: str) -> str:
    """The id of the user's Customer, made now if there is none. Raises `Conflict` for a user who is being deleted."""
    now = int(time.time())
    known = store.read(user)
    refuse_leaving(known)
    if known and known.customer:
        return known.customer
    if not store.claim_customer(user, now):
        if linked := soon(lambda: _linked_meanwhile(user)):
            return linked
        known = store.read(user)
        refuse_leaving(known)
    made = _customer_of_claim(user, email, known.customer_claimed_at if known else now)
    linked = store.link_customer(user, made, now)
    if not linked:
        refuse_leaving(store.read(user))
    return linked


def refuse_leaving(user: User | None) -> None:
    """Raises `Conflict` for a user who has asked to be deleted: nothing is begun for them any more."""
    if user and user.leaving:
        raise Conflict("account_deleted", "This account has been deleted, or is about to be.")


def customer_of_leaving(user: User, email: str) -> str:
    """The Customer of a user who is being deleted, also one that somebody has just begun to make; "" if there is none.

    That one is made here if it was not yet, under the same key, and remembered: whoever was about to make it gets the very same.
    """
    if user.customer or not user.customer_claimed_at:
        return user.customer
    made = _customer_of_claim(user.id, email, user.customer_claimed_at, leaving=True)
    store.remember_customer(user.id, made)
    return made


def _customer_of_claim(user: str, email: str, claimed_at: int, leaving: bool = False) -> str:
    found = _find_customer(user, email) if time.time() - claimed_at > KEY_LIFETIME else ""
    # The e-mail may have changed since a claim that is long dead, hence the claim's own moment in the key.
    return found or _create_customer(f"customer:{settings.stage}:{user}:{claimed_at // KEY_LIFETIME}", user, email, leaving)


def _create_customer(key: str, user: str, email: str, leaving: bool) -> str:
    # Only what is the same at every attempt: an idempotent create with other parameters is an error.
    answer = ask(lambda stripe: stripe.v1.customers.create({"email": email, "metadata": metadata_for(user)}, {"idempotency_key": key}))
    customer = answer.data["id"]
    if answer.certain or not is_deleted(customer):
        return customer
    # A replay: what was made under this key was deleted since, in the Dashboard or with its user.
    if not leaving:
        refuse_leaving(store.read(user))
    return _create_customer(f"{key}:{customer}", user, email, leaving)


def is_deleted(customer: str) -> bool:
    """Whether Stripe has deleted the Customer: it answers for it for good, with nothing but that."""
    return bool(ask(lambda stripe: stripe.v1.customers.retrieve(customer)).data.get("deleted"))


def _find_customer(user: str, email: str) -> str:
    answer = ask(lambda stripe: stripe.v1.customers.list({"email": email, "limit": 100}))
    return next((each["id"] for each in answer.data["data"] if user_named_by(each.get("metadata")) == user), "")


def _linked_meanwhile(user: str) -> str | None:
    known = store.read(user)
    refuse_leaving(known)
    return known.customer if known else None


def owner_of(customer: str) -> str | None:
    """The user of a customer: from this process's memory, else by one read, else by a look at the Customer in Stripe.

    None when it is not ours, which holds for `STRANGER_SECONDS`: another app in the same account may cause any number of events,
    and they shall not cost a call each. A mapping never changes, and when its customer is gone no write of theirs finds an item:
    answers that name a user are remembered for good.
    """
    if time.monotonic() < _strangers.get(customer, 0.0):
        return None
    try:
        return _remembered_owner(customer)
    except LookupError:
        return None


_strangers: dict[str, float] = {}
"""Customers that are not ours, until when (monotonic) nobody looks at them again."""


@lru_cache(maxsize=10_000)
def _remembered_owner(customer: str) -> str:
    """Raises `LookupError` for a customer that is not ours (and thereby keeps that out of the cache)."""
    user = store.user_of(customer)
    if user is None:
        user = _named_in_stripe(customer)
        if user is None:
            _remember_stranger(customer)
            raise LookupError(customer)
        if store.link_customer(user, customer, int(time.time())) != customer:
            raise LookupError(customer)  # a second one of a user's; not remembered: it may become the only one
    return user


def _named_in_stripe(customer: str) -> str | None:
    """Stripe answers for a deleted customer with nothing but that, and for one whose test clock was deleted not at all."""
    try:
        found = ask(lambda stripe: stripe.v1.customers.retrieve(customer)).data
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise
        return None
    return None if found.get("deleted") else user_named_by(found.get("metadata"))


def _remember_stranger(customer: str) -> None:
    if len(_strangers) >= MOST_STRANGERS:
        _strangers.clear()
    _strangers[customer] = time.monotonic() + STRANGER_SECONDS


def describe_customer(customer: str, details: dict[str, Any]) -> None:
    """Writes name and addresses, which may differ from request to request and so are no part of the creation.

    Raises `BadRequest` for what Stripe does not take of them: all that is sent is the caller's own.
    """
    try:
        ask(lambda stripe: stripe.v1.customers.update(customer, cast(Any, details)))
    except stripe.InvalidRequestError as error:
        refused = str(cast(Any, error).param)
        if refused.partition("[")[0] not in details:
            raise
        raise BadRequest("invalid_request", f"This is no valid {refused}.") from None
