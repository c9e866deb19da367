"""Deleting a user: first what is paid for ends, then what is known of them goes, and last their login.

    step                                        what holds from then on
    1  mark the user's item                     nothing is bought for them, made for them or tied to them
    2  expire their open Checkout Sessions      there is no page left to pay on
    3  cancel their live subscriptions          nothing is billed; the account and the event bus show it
    4  delete the Customer in Stripe            cards and address are gone there; whatever was still live is canceled with it
    5  remove the mapping, bury the item        no event finds a user: a tombstone without personal data stays
    6  delete the login                         nobody can sign in

A request that dies between two steps is simply made again: each step may be done twice, and none takes away what an earlier
one needs. The login goes last, because it is what a user asks again with; the item goes after Stripe, because it is how we know
whom to cancel. So at no moment is anybody billed whom we do not know.

Why the Customer is deleted and not kept: docs/decisions/0006-deleted-users.md.
"""

import time
from typing import Any

import stripe

from billing.checkout import expire
from billing.customers import customer_of_leaving, is_deleted
from billing.endpoint import Caller
from billing.fetch import pages
from billing.log import logger
from billing.login import delete_login
from billing.own_changes import make_change
from billing.state import store
from billing.state.parts import User
from billing.stripe_api import ask


def delete_account(caller: Caller) -> None:
    """All steps, or those that are left. Whatever it raises, it may be called again."""
    now = int(time.time())
    user = store.begin_deletion(caller.id, now)
    customer = customer_of_leaving(user, caller.email)
    if customer and not is_deleted(customer):
        _end_in_stripe(user, customer)
    store.bury(user.id, customer, now)
    delete_login(user.id)
    logger().info("User deleted", extra={"user": user.id, "customer": customer})


def _end_in_stripe(user: User, customer: str) -> None:
    try:
        _expire_sessions(customer)
        _cancel_subscriptions(user, customer)
        ask(lambda stripe: stripe.v1.customers.delete(customer))
    except stripe.InvalidRequestError:
        # Another request of theirs, or an earlier attempt whose answer was lost, may have come to the end first.
        if not is_deleted(customer):
            raise


def _expire_sessions(customer: str) -> None:
    wanted: Any = {"customer": customer, "status": "open"}
    for page in pages(lambda stripe, page: stripe.v1.checkout.sessions.list(wanted | page)):
        for session in page.data["data"]:
            expire(session["id"])  # if it was paid a moment ago, its subscription is found next


def _cancel_subscriptions(user: User, customer: str) -> None:
    """As Stripe lists them and not as we remember them: there may be one that no event has told us of."""
    wanted: Any = {"customer": customer}  # without those that are canceled
    for page in pages(lambda stripe, page: stripe.v1.subscriptions.list(wanted | page)):
        for subscription in page.data["data"]:
            # One that has ended by itself meanwhile is what was wanted.
            make_change(user, subscription, lambda stripe, known, _: stripe.v1.subscriptions.cancel(known["id"]), ends=True)
