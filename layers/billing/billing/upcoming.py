"""What the next charge will be, where it is not simply the plan's price: credit of a downgrade, a discount.

It costs a call to Stripe, so it is asked for only where it can differ: after a plan change, and for a discounted subscription.
Stripe's `invoice.upcoming` tells it again some days before the charge.
"""

import stripe

from billing.access import renews
from billing.cause import cause
from billing.fetch import fetch_part
from billing.shapes import Json
from billing.state import store
from billing.state.parts import Observation, User, Value, kind_and_id, upcoming_key
from billing.state.store import Applied, Outcome


def foresee(key: str, previous: Json, applied: Applied) -> None:
    """Asks what comes next when news of a subscription was written that may have changed it. `previous`: the event's attributes before.

    After a change of plan also when the news was known already: whoever wrote it may have been killed before asking, or Stripe
    did not answer and sends its event again; and what was foreseen for the same plan some changes ago tells nothing.
    """
    if kind_and_id(key)[0] != "subscription" or applied.user is None:
        return
    known = applied.user.part(key)
    written = applied.outcome in (Outcome.WRITTEN, Outcome.FETCHED)
    if known and ("items" in previous or (written and known["discounted"])):
        _foresee(applied.user, known)


def foresee_again(user: str, key: str) -> None:
    """The same for an event that was not seen to arrive: for the subscription as it is stored now."""
    current = store.read(user)
    known = current.part(key) if current else None
    if current and known:
        _foresee(current, known)


def foresee_after_repair(user: User, before: Value | None, after: Value | None) -> None:
    """The same where no event told of a subscription's change, but a look at Stripe."""
    if after and (after["discounted"] or (before and before["price"] != after["price"])):
        _foresee(user, after)


def _foresee(user: User, subscription: Value) -> None:
    if renews(subscription):
        try:
            refresh_upcoming(user, subscription["id"], cause())
        except stripe.InvalidRequestError:
            pass  # it has ended since, and nothing comes next: another event says so


def refresh_upcoming(user: User, subscription: str, by: str) -> None:
    """Fetches the next invoice's amount and applies it by the order rule. Raises `Undecided` and what Stripe raises."""
    key = upcoming_key(subscription)

    def fetch() -> Observation:
        return user.attributed(key, fetch_part(user.customer, key, by))

    store.apply(user.id, user.customer, key, fetch(), fetch)
