"""What both lists have in common: so many hands, a budget, and that one bad object does not stop the rest."""

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
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

HANDS = 8
"""Threads of a run, at most: they wait for the network most of the time."""
PORTION = 25
"""Objects that a hand takes at a time, at most."""
COST = 10
"""Calls to Stripe that one object may need: all of a user's parts are some seven."""
TURNS = 64


@dataclass(slots=True)
class Crew:
    """One run over one list."""

    budget: Budget
    report: Report
    hands: int = field(init=False)
    """How many threads there are: with few calls left fewer, so that each can list a page and do one object with its share of them.
    Else none of them would ever get any further."""
    _turns: list[threading.Lock] = field(default_factory=lambda: [threading.Lock() for _ in range(TURNS)], repr=False)

    def __post_init__(self) -> None:
        self.hands = max(1, int(min(HANDS, self.budget.left / (COST + 2))))

    def alone_with(self, customer: str) -> AbstractContextManager[object]:
        """One hand at a time looks at a customer, whose objects may be in several windows."""
        return self._turns[hash(customer) % TURNS]

    def ask(self, call: "Call") -> Answer:
        """One call, repeated after a rest while Stripe says that it is asked too much. Raises `RunEnds`."""
        return self.budget.patiently(lambda: ask(call))

    def users(self, named: dict[str, str]) -> dict[str, User]:
        """By customer: those who are a user's as the metadata of their objects names them, in one read. A first look, at nearly
        everybody; who is not in it, or not in order, is read once more, by `user_of`."""
        self.budget.check()
        known = store.read_all(set(named.values())) if named else {}
        return {customer: known[user] for customer, user in named.items() if user in known and known[user].customer == customer}

    def user_of(self, customer: str) -> User | None:
        """The customer's user as stored now; None when they are not ours, or are gone from Stripe before we knew them."""
        self.budget.check()
        user = self.budget.patiently(lambda: owner_of(customer))
        known = store.read(user) if user else None
        return known if known and known.customer == customer else None

    def in_portions(self, items: list[T]) -> Iterable[list[T]]:
        """So many at a time as a hand's share of the calls that are left will do for: how far it got is known after each portion, and
        one that is larger than any run would never be done."""
        while items:
            size = max(1, int(min(PORTION, self.budget.left / self.hands / COST)))
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
