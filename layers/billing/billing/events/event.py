"""A Stripe event, the user it is about, and how it becomes news for the order rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from billing.customers import owner_of, user_named_by
from billing.errors import BillingError
from billing.fetch import fetch_part
from billing.settings import settings
from billing.shapes import Json, child, identity
from billing.state import store
from billing.state.parts import Observation
from billing.state.rule import event_interval

Read = Callable[[int, int, str], Observation]
"""From (lo, hi, source) to the news in an event's snapshot."""


@dataclass(frozen=True, slots=True)
class News:
    """Which part of whose user an event tells of, and how its snapshot is read.

    All but `read` need only ids and dates of creation, which are the same in every release: reconcile goes by them alone.
    """

    customer: str
    key: str
    read: Read
    subject: str = ""
    """Id and `created` of the object, for a part that follows a series of them: as in `Observation`."""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Errand:
    """What an event asks us to do for a customer of ours, beside writing a part. Done again, late or out of order, it must do no harm."""

    customer: str
    run: Callable[[], None]


class NotOurs(BillingError):
    """The event is about a customer of another app, of another stage or of nobody."""


class Unreadable(BillingError):
    """Not even the ids that are needed to ask Stripe instead can be found in the event."""


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    type: str
    created: int
    """Unix seconds; real time also for objects on a test clock."""
    pinned: bool
    """Whether it is written in the release this app speaks. In another one it is only a hint."""
    object: Json
    previous: Json

    @classmethod
    def parse(cls, event: Json) -> Self:
        """Raises `Unreadable` if this is no Stripe event."""
        try:
            return cls(
                id=event["id"],
                type=event["type"],
                created=int(event["created"]),
                pinned=event.get("api_version") == settings.release.api_version,
                object=event["data"]["object"],
                previous=child(event["data"], "previous_attributes"),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable("no Stripe event") from error

    def reference(self, name: str) -> str:
        """The id that the object holds under a name, also where it is expanded. Raises `Unreadable` if there is none."""
        found = identity(self.object.get(name))
        if not isinstance(found, str):
            raise Unreadable(f"{self.type} without {name}")
        return found

    def observation(self, read: Read) -> Observation:
        """The snapshot as an observation; a mere hint if it is in another release or in a shape that `read` does not know."""
        lo, hi = event_interval(self.created)
        hint = Observation(None, lo, hi, self.id, certain=False)
        if not self.pinned:
            return hint
        try:
            return read(lo, hi, self.id)
        except (KeyError, TypeError, IndexError, AttributeError):
            return hint

    def apply(self, news: News) -> store.Applied:
        """Writes the news into the part of the customer's user. Raises `NotOurs`, and `Undecided` like `store.apply`."""
        customer, key, seen = news.customer, news.key, self.observation(news.read)

        def fetch() -> Observation:
            return fetch_part(customer, key, self.id)

        # The metadata we gave the object names its user: then nothing has to be read before the write.
        named = user_named_by(self.object.get("metadata"))
        if named:
            applied = store.apply(named, customer, key, seen, fetch)
            if applied.outcome is not store.Outcome.NOT_THIS_USER:
                return applied
        return store.apply(owner(customer), customer, key, seen, fetch)


def owner(customer: str) -> str:
    """The user of a customer. An unknown customer is looked at in Stripe before it is called not ours: raises `NotOurs`."""
    user = owner_of(customer)
    if user is None:
        raise NotOurs(customer)
    return user
