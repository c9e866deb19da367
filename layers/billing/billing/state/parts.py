"""A part: one fact about a user, with the moment it was true. And an observation: news of such a fact."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Observation:
    """News about one part, from an event's snapshot, from a fetch or from the answer to a call of ours.

    `value` is None for what no longer exists (a detached payment method): it is stored as such, so that late news of it
    finds something to be late against.
    """

    value: Value | None
    lo: int
    """Unix seconds on Stripe's clock."""
    hi: int
    source: str
    """The event, or the request, that told it: `explain` shows it."""
    final: bool = False
    """Whether nothing can follow but the same (a canceled subscription)."""
    subject: str = ""
    """The id of the object, for a part that follows a series of objects."""
    rank: int = 0
    """That object's place in its series (its own `created`)."""
    certain: bool = True
    """False for a mere hint: another API version, a shape that does not parse, a replayed answer, a list cut short."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is stored of one fact."""

    value: Value | None
    lo: int
    hi: int
    version: str
    source: str = ""
    final: bool = False
    subject: str = ""
    rank: int = 0

    @classmethod
    def load(cls, stored: dict[str, Any]) -> Self:
        return cls(**stored)


@dataclass(frozen=True, slots=True)
class Checkout:
    """The user's one Checkout attempt: claimed before Stripe is asked, so that parallel requests find each other.

    `attempt` is the idempotency key: whoever finds the claim without a session may ask Stripe with the very same
    parameters and gets the very same session.
    """

    attempt: str
    price: str
    currency: str
    line_items: list[str]
    """Price ids: the plan's, then one-time prices (set-up fee)."""
    claimed_at: int
    """Unix seconds."""
    session: str = ""
    """Empty while the session is being made."""
    earlier: list[str] = field(default_factory=list[str])
    """Ids of the user's sessions before this one, newest first: their return pages still answer."""


@dataclass(frozen=True, slots=True)
class User:
    """One user's item as it was read."""

    id: str
    customer: str
    """Stripe's Customer, empty until there is one."""
    customer_claimed_at: int
    """Unix seconds at which somebody began to make the Customer; 0 if nobody did."""
    parts: dict[str, Part]
    checkout: Checkout | None
    deleting_at: int = 0
    """Unix seconds at which the user asked to be deleted; 0 if they did not, or if that is done."""
    deleted_at: int = 0
    """Unix seconds at which that was done: the rest is empty."""

    @property
    def leaving(self) -> bool:
        """Whether the user has asked to be deleted: nothing is begun for them any more."""
        return bool(self.deleting_at or self.deleted_at)

    def part(self, key: str) -> Value | None:
        """The value of a part, None when it is not known or no longer exists."""
        stored = self.parts.get(key)
        return stored.value if stored else None

    def showing(self, key: str, news: Observation) -> "User":
        """This user with one part as it was just written."""
        part = Part(news.value, news.lo, news.hi, version="", source=news.source)
        return replace(self, parts={**self.parts, key: part})

    def attributed(self, key: str, news: Observation) -> Observation:
        """What a look at Stripe found, by whom it came about: a look that finds what is stored already has not made it so."""
        stored = self.parts.get(key)
        return replace(news, source=stored.source) if stored and stored.value == news.value else news

    def values(self, kind: str) -> list[Value]:
        """The values of all parts of a kind."""
        return [part.value for key, part in self.parts.items() if key.startswith(f"{kind}:") and part.value is not None]

    def version(self, key: str) -> str | None:
        stored = self.parts.get(key)
        return stored.version if stored else None

    def owns_session(self, session: str) -> bool:
        """Not so of "": while the session is being made it stands in the claim."""
        return bool(session) and self.checkout is not None and session in (self.checkout.session, *self.checkout.earlier)


# The keys of the parts. A map key may hold any character in DynamoDB; pynamodb passes it by reference, never in an expression.
CUSTOMER = "customer"
ENTITLEMENTS = "entitlements"


def subscription_key(subscription: str) -> str:
    return f"subscription:{subscription}"


def payment_key(subscription: str) -> str:
    """The payment state of a subscription's latest invoice."""
    return f"payment:{subscription}"


def upcoming_key(subscription: str) -> str:
    """What a subscription's next invoice will come to."""
    return f"upcoming:{subscription}"


def payment_method_key(payment_method: str) -> str:
    return f"payment_method:{payment_method}"


def kind_and_id(key: str) -> tuple[str, str]:
    """What kind of part a key names, and of which object; the id is empty where a user has one of the kind."""
    kind, _, id_ = key.partition(":")
    return kind, id_
