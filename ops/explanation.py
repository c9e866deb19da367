"""What a user has and why: each part as it is stored, the event or call that set it, and what Stripe says now. Writes nothing."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import stripe

from billing.access import granted_features, grants, in_order
from billing.fetch import ask, fetch_everything, fetch_part
from billing.settings import settings
from billing.state.parts import ENTITLEMENTS, Observation, User, Value, kind_and_id, payment_key
from ops.screen import moment

Json = dict[str, Any]


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


def explain(user: User) -> Explanation:
    """Some eight calls to Stripe for a user with one subscription, and one for each event that is looked up."""
    now = time.time()
    try:
        in_stripe, gone = {key: seen.value for key, seen in _in_stripe(user)}, False
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise
        in_stripe, gone = {}, True
    return Explanation(
        user=user.id,
        customer=user.customer,
        features=granted_features(user, now, settings.grace_seconds),
        why=[*_why(user, now), *([f"Stripe has no customer {user.customer} any more: its test clock was deleted."] if gone else [])],
        facts=_facts(user, in_stripe),
    )


def _facts(user: User, in_stripe: dict[str, Value | None]) -> list[Fact]:
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


def _leaving(user: User) -> str:
    if user.deleted_at:
        return f"The user was deleted at {moment(user.deleted_at)} UTC: nothing else is kept."
    return f"The user asked at {moment(user.deleting_at)} UTC to be deleted, which was cut: asked for once more, it comes to its end."


_BECAME = {"open": "it is still open", "complete": "it is complete", "expired": "it has expired"}
"""By a session's status (API reference, "The Checkout Session object")."""


def _became(session: str) -> str:
    """What is left of a session in a user's row says that it was begun, and never how it went on."""
    try:
        status = ask(lambda client: client.v1.checkout.sessions.retrieve(session)).data["status"]
    except stripe.InvalidRequestError:
        return "Stripe no longer has it"
    return _BECAME.get(status, str(status))


def _why(user: User, now: float) -> Iterator[str]:
    if user.leaving:
        yield _leaving(user)
    elif not user.customer:
        yield "The user has no customer in Stripe yet."
    if user.checkout and user.checkout.session:
        begun = f"{user.checkout.session} was begun at {moment(user.checkout.claimed_at)} UTC, to buy {user.checkout.price}"
        yield f"{begun}: {_became(user.checkout.session)}."
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
