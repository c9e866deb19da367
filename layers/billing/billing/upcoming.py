"""What the next charge will be, where it is not simply the plan's price: credit of a downgrade, a discount.

It costs a call to Stripe, so it is asked for only where it can differ: after a plan change, and for a discounted subscription.
Stripe's `invoice.upcoming` tells it again some days before the charge.
"""

import stripe

from billing.access import renews
from billing.fetch import fetch_part
from billing.shapes import Json
from billing.state import store
from billing.state.parts import User, kind_and_id, upcoming_key
from billing.state.store import Applied, Outcome


def foresee(key: str, event: str, previous: Json, applied: Applied) -> None:
    """Asks what comes next when news of a subscription was written that may have changed it. `previous`: the event's attributes before.

    Also when this very event wrote it before and is sent again: Stripe may not have answered then.
    """
    kind, subscription = kind_and_id(key)
    if kind != "subscription" or applied.user is None:
        return
    part = applied.user.parts[key]
    written = applied.outcome in (Outcome.WRITTEN, Outcome.FETCHED) or part.source.partition(" ")[0] == event
    known = part.value
    if written and known and renews(known) and (known["discounted"] or "items" in previous):
        try:
            refresh_upcoming(applied.user, subscription, "upcoming")
        except stripe.InvalidRequestError:
            pass  # it has ended since, and nothing comes next: another event says so


def refresh_upcoming(user: User, subscription: str, by: str) -> None:
    """Fetches the next invoice's amount and applies it by the order rule. Raises `Undecided` and what Stripe raises."""
    key = upcoming_key(subscription)
    store.apply(user.id, user.customer, key, fetch_part(user.customer, key, by), lambda: fetch_part(user.customer, key, by))
