"""What a user has and why: each part as it is stored, the event or call that set it, and what Stripe says now. Writes nothing."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import stripe

from billing.access import granted_features, grants, in_order
from billing.customers import user_named_by
from billing.errors import BillingError
from billing.fetch import ask, fetch_everything, fetch_part
from billing.settings import settings
from billing.state import store
from billing.state.parts import ENTITLEMENTS, Observation, User, Value, kind_and_id, payment_key

Json = dict[str, Any]


class Unknown(BillingError):
    """Nobody is known by that name."""


@dataclass(frozen=True, slots=True)
class Told:
    """The event that set a part, as Stripe still has it (for 30 days)."""

    id: str
    type: str
    created: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One part: as stored, and as Stripe has it."""

    key: str
    stored: Value | None
    known: bool
    """Whether it is stored at all; what no longer exists is, without a value."""
    lo: int
    hi: int
    """Between when and when it was true, in Unix seconds on Stripe's clock; 0 if it is not known."""
    source: str
    event: Told | None
    stripe: Value | None

    @property
    def estimate(self) -> bool:
        """Whether it is a forecast, which is right for the moment it was made."""
        return kind_and_id(self.key)[0] == "upcoming"

    @property
    def differs(self) -> bool:
        return self.stored != self.stripe and not self.estimate


@dataclass(frozen=True, slots=True)
class Explanation:
    user: str
    customer: str
    features: list[str]
    """Lookup keys of what the user may use now."""
    why: list[str]
    facts: list[Fact]

    @property
    def differs(self) -> bool:
        return any(fact.differs for fact in self.facts)

    def as_json(self) -> Json:
        facts = [asdict(fact) | {"differs": fact.differs} for fact in self.facts]
        return asdict(self) | {"facts": facts, "differs": self.differs}


def find(name: str) -> User:
    """By a user's id, a customer's id or an e-mail address. Raises `Unknown`."""
    if "@" in name:
        users = list(_users_by_email(name))
        if len(users) > 1:
            raise Unknown(f"Several users have this address in Stripe; name one of them: {', '.join(users)}")
        id_ = users[0] if users else None
    else:
        id_ = store.user_of(name) if name.startswith("cus_") else name
    user = store.read(id_) if id_ else None
    if user is None:
        raise Unknown(f"There is no user {name} in the table." if "@" not in name else "No customer of ours has this address.")
    return user


def _users_by_email(email: str) -> Iterator[str]:
    found = ask(lambda client: client.v1.customers.list({"email": email, "limit": 100})).data["data"]
    seen: set[str] = set()
    for customer in found:
        user = store.user_of(customer["id"]) or user_named_by(customer.get("metadata"))
        if user and user not in seen:
            seen.add(user)
            yield user


def explain(user: User) -> Explanation:
    """Some seven calls to Stripe for a user with one subscription, and one for each event that is looked up."""
    now = time.time()
    return Explanation(
        user=user.id,
        customer=user.customer,
        features=granted_features(user, now, settings.grace_seconds),
        why=list(_why(user, now)),
        facts=_facts(user),
    )


def _facts(user: User) -> list[Fact]:
    in_stripe = {key: seen.value for key, seen in _in_stripe(user)}
    facts: list[Fact] = []
    for key in sorted({*user.parts, *in_stripe}):
        part = user.parts.get(key)
        facts.append(
            Fact(
                key=key,
                stored=part.value if part else None,
                known=part is not None,
                lo=part.lo if part else 0,
                hi=part.hi if part else 0,
                source=part.source if part else "",
                event=_event(part.source) if part else None,
                stripe=in_stripe.get(key),
            )
        )
    return facts


def _in_stripe(user: User) -> Iterator[tuple[str, Observation]]:
    if not user.customer:
        return
    asked: set[str] = set()
    for key, seen in fetch_everything(user.customer, "explain"):
        asked.add(key)
        yield key, seen
    for key in sorted(user.parts.keys() - asked):
        if kind_and_id(key)[0] == "upcoming":
            continue
        try:
            yield key, fetch_part(user.customer, key, "explain")
        except stripe.InvalidRequestError:
            continue  # Stripe has nothing of it


def _event(source: str) -> Told | None:
    """The first word of a source is an event's id, unless a call of ours set the part."""
    id_ = source.partition(" ")[0]
    if not id_.startswith("evt_"):
        return None
    try:
        event = ask(lambda client: client.v1.events.retrieve(id_)).data
    except stripe.InvalidRequestError:
        return None
    return Told(id_, event["type"], event["created"])


def _why(user: User, now: float) -> Iterator[str]:
    if user.leaving:
        yield "The user has asked to be deleted." if not user.deleted_at else "The user was deleted."
    elif not user.customer:
        yield "The user has no customer in Stripe yet."
    subscriptions = in_order(user.values("subscription"))
    if user.customer and not subscriptions:
        yield "There is no subscription."
    granting = [each for each in subscriptions if grants(user, each, now, settings.grace_seconds)]
    for subscription in subscriptions:
        payment = user.part(payment_key(subscription["id"]))
        paid = f", its latest invoice {payment['status']}" if payment else ""
        plan = subscription["lookup_key"] or subscription["price"]
        effect = "grants" if subscription in granting else "does not grant"
        yield f"{subscription['id']} ({plan}) is {subscription['status']}{paid}: {effect} what the user is entitled to."
    entitlements = user.part(ENTITLEMENTS)
    if granting and entitlements is None:
        yield "Nothing is known of the user's entitlements."
    elif entitlements is not None:
        yield f"Stripe entitles the user to: {', '.join(entitlements['features']) or 'nothing'}."
