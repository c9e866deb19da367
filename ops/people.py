"""Who is meant: a user by their id, a customer's id or an e-mail address, from the table, from Cognito, from Stripe."""

import os
from collections.abc import Iterator
from typing import Any, cast

import boto3
import stripe

from billing.customers import user_named_by
from billing.errors import BillingError
from billing.fetch import ask
from billing.state import store
from billing.state.parts import User


class Unknown(BillingError):
    """Nobody is known by that name, or several are; the message says what is known."""


def find(name: str) -> User:
    """Raises `Unknown`. Who is registered and has begun nothing yet is a user without anything."""
    if name.startswith("cus_"):
        return _by_customer(name)
    if "@" in name:
        return _by_email(name)
    user = store.read(name)
    if user is None:
        if name not in _logins("sub", name):
            raise Unknown(f"There is no user {name}, neither in the table nor among the logins.")
        user = _registered(name)
    return user


def _by_customer(customer: str) -> User:
    id_ = store.user_of(customer)
    user = store.read(id_) if id_ else None
    if user:
        return user
    try:
        found = ask(lambda client: client.v1.customers.retrieve(customer)).data
    except stripe.InvalidRequestError:
        raise Unknown(f"There is no customer {customer}, neither in the table nor in Stripe.") from None
    if found.get("deleted"):
        raise Unknown(f"Stripe has deleted {customer}, and the table has forgotten it: as it has to be.")
    named = user_named_by(found.get("metadata"))
    if named is None:
        raise Unknown(f"{customer} is in Stripe, and not one of this stage's.")
    raise Unknown(f"{customer} is in Stripe, of user {named}, and the table does not know it: see explain {named}, then run backfill.")


def _by_email(email: str) -> User:
    """By the login; else by the customer, whose address may be another, or the login gone."""
    ids = _logins("email", email) or list(_users_of_customers(email))
    if len(ids) > 1:
        raise Unknown(f"Several users have this address; name one of them: {', '.join(ids)}")
    if not ids:
        raise Unknown("No login and no customer of ours has this address.")
    return store.read(ids[0]) or _registered(ids[0])


def _logins(attribute: str, value: str) -> list[str]:
    """Ids of the users whose attribute is this; none where the pool is not known."""
    pool = os.environ.get("USER_POOL_ID")
    if not pool:
        return []
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    answer = cast(Any, boto3).client("cognito-idp").list_users(UserPoolId=pool, Filter=f'{attribute} = "{quoted}"')
    return [each["Value"] for user in answer["Users"] for each in user["Attributes"] if each["Name"] == "sub"]


def _users_of_customers(email: str) -> Iterator[str]:
    found = ask(lambda client: client.v1.customers.list({"email": email, "limit": 100})).data["data"]
    seen: set[str] = set()
    for customer in found:
        user = store.user_of(customer["id"]) or user_named_by(customer.get("metadata"))
        if user and user not in seen:
            seen.add(user)
            yield user


def _registered(id_: str) -> User:
    return User(id=id_, customer="", customer_claimed_at=0, parts={}, checkout=None)
