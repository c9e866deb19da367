"""What both lists have in common: several hands, a budget, and that one bad object does not stop the rest."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import stripe

from billing.customers import owner_of
from billing.errors import Undecided
from billing.fetch import ask
from billing.reconcile.budget import Budget
from billing.reconcile.report import Report
from billing.state import store
from billing.state.parts import User
from billing.stripe_api import Answer

if TYPE_CHECKING:
    from billing.fetch import Call

T = TypeVar("T")

HANDS = 4
"""Calls to Stripe under way at once: they wait for the network most of the time."""
PORTION = 25
"""Objects between two saves, at most."""
COST = 10
"""Calls to Stripe that one object may need: all of a user's parts are some seven."""


@dataclass(slots=True)
class Crew:
    """One run over one list."""

    budget: Budget
    report: Report

    def each(self, work: Callable[[T], None], items: Iterable[T]) -> None:
        """Works on all of them, several at once. Raises the first error; what was not begun by then is left."""
        with ThreadPoolExecutor(HANDS) as pool:
            for _ in pool.map(work, items):
                pass

    def ask(self, call: "Call") -> Answer:
        """One call, repeated after a rest while Stripe says that it is asked too much. Raises `RunEnds`."""
        return self.budget.patiently(lambda: ask(call))

    def user_of(self, customer: str) -> User | None:
        """The customer's user as stored now; None when they are not ours, or are gone from Stripe before we knew them."""
        self.budget.check()
        user = self.budget.patiently(lambda: owner_of(customer))
        known = store.read(user) if user else None
        return known if known and known.customer == customer else None

    def in_portions(self, items: list[T]) -> Iterable[list[T]]:
        """So many at a time as the calls that are left will do for: how far a run got is saved after each portion, and one that
        is larger than any run would never be done."""
        while items:
            size = max(1, int(min(PORTION, self.budget.left / COST)))
            yield items[:size]
            items = items[size:]

    def mend(self, what: str, work: Callable[[], None]) -> bool:
        """Does what is needed for one object. False, and noted, where that object stands in its own way: it is gone from Stripe,
        has a shape that this version does not know, or is being written all the time. Other errors concern the whole run."""
        try:
            self.budget.patiently(work)
        except (stripe.InvalidRequestError, Undecided) as error:
            self.report.skip(what, getattr(error, "code", None) or type(error).__name__)
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            self.report.skip(what, f"unknown shape: {error!r}")
        else:
            return True
        return False
