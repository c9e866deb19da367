"""Reads and writes a user's item. Every write of a part goes through the order rule (`rule`), here and nowhere else."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from enum import Enum
from typing import Any, NamedTuple, cast

from pynamodb.exceptions import DeleteError, DoesNotExist, PynamoDBException, UpdateError
from pynamodb.expressions.condition import Condition

from billing import snapshot
from billing.errors import Undecided
from billing.state.items import Item, customer_pk, user_of_pk, user_pk
from billing.state.parts import ENTITLEMENTS, Checkout, Observation, Part, User
from billing.state.rule import Verdict, judge

Fetch = Callable[[], Observation]
"""Asks Stripe for the part as it is now. What it returns is certain."""

TOMBSTONE_SECONDS = 60 * 86_400
"""How long a deleted user is remembered as such: twice as long as Stripe lists events, which it sends again for three days."""

ATTEMPTS = 12
"""How often a doubt is looked into while other writers keep moving the row, before Stripe is asked to send it again."""


class Applied(NamedTuple):
    """What became of news, and the user as the write left them (None when nothing was written)."""

    outcome: "Outcome"
    user: User | None = None


class Outcome(Enum):
    WRITTEN = "written"
    DROPPED = "dropped"
    CONFIRMED = "confirmed"
    FETCHED = "fetched"
    NOT_THIS_USER = "not_this_user"
    """The item does not exist, or belongs to another customer: nothing was written."""


# ------------------------------------------------------------------------------------------------ reading


def read(user: str) -> User | None:
    """One consistent GetItem. None for a user nobody has made a customer of."""
    try:
        item = Item.get(user_pk(user), consistent_read=True)
    except DoesNotExist:
        return None
    return _user(user, item)


snapshot.before_snapshot(lambda: read("snapshot"))  # nobody's: it is asked for what is loaded on the way


def read_all(users: Iterable[str]) -> dict[str, User]:
    """As `read`, of at most 100 users by one BatchGetItem: a third of the processor time. Who has no item is left out."""
    found = Item.batch_get([user_pk(user) for user in users], consistent_read=True)
    return {user: _user(user, item) for item in found for user in (user_of_pk(item.pk),)}


def user_of(customer: str) -> str | None:
    """One consistent GetItem of the customer -> user item, on the base table and never on an index."""
    try:
        return Item.get(customer_pk(customer), consistent_read=True).user
    except DoesNotExist:
        return None


def _user(user: str, item: Item) -> User:
    parts = cast(dict[str, dict[str, Any]], cast(Any, item.parts).as_dict() if item.parts else {})
    checkout = cast(dict[str, Any] | None, cast(Any, item.checkout).as_dict() if item.checkout else None)
    return User(
        id=user,
        customer=item.customer or "",
        customer_claimed_at=int(item.customer_claimed_at or 0),
        parts={key: Part.load(part) for key, part in parts.items()},
        checkout=Checkout(**checkout) if checkout else None,
        deleting_at=int(item.deleting_at or 0),
        deleted_at=int(item.deleted_at or 0),
    )


# ------------------------------------------------------------------------------------------------ parts


def apply(user: str, customer: str, key: str, news: Observation, fetch: Fetch) -> Applied:
    """Applies news about a part by the order rule.

    The common case, news that is clearly later, is one conditional update. Only when that fails is the item read.

        event A (slow)     event B              the row
        read, in doubt                          v1
        fetch ...                               v1
                           write                v2
        ... write if v1                         v2   the slow fetch loses, and A is judged again against v2

    Raises `Undecided` when others kept writing for `ATTEMPTS` rounds; nothing is written then.
    """
    if news.certain:
        written = _write(user, key, news, _clearly_later(key, news) & (Item.customer == customer))
        if written:
            return Applied(Outcome.WRITTEN, written)
    for _ in range(ATTEMPTS):
        current = read(user)
        if current is None or current.customer != customer:
            return Applied(Outcome.NOT_THIS_USER)
        stored = current.parts.get(key)
        match judge(stored, news):
            case Verdict.DROP:
                return Applied(Outcome.DROPPED)
            case Verdict.WRITE:
                outcome, told = Outcome.WRITTEN, news
            case Verdict.TOUCH:
                assert stored is not None
                confirmed = replace(news, value=stored.value, lo=stored.lo, hi=max(stored.hi, news.hi), source=stored.source)
                outcome, told = Outcome.CONFIRMED, confirmed
            case Verdict.FETCH:
                outcome, told = Outcome.FETCHED, fetch()
        written = _write(user, key, told, _unmoved(key, stored) & (Item.customer == customer))
        if written:
            return Applied(outcome, written)
    raise Undecided(f"{key} of user {user} kept moving")


def rehearse() -> None:
    """Goes the way of `apply`, for what is loaded and remembered on it, and writes nothing: there is no such user to have a customer."""
    news = Observation(value={"features": []}, lo=0, hi=0, source="snapshot")
    apply("snapshot", "nobody", ENTITLEMENTS, news, lambda: news)


def apply_own(user: User, key: str, answer: Observation, fetch: Fetch) -> Observation:
    """Stores the answer to a call of ours, so that the next read shows it, and returns what was stored.

    `user` must have been read before the call: if the part has moved since, or the answer is only a hint, nobody knows
    which came later, and Stripe is asked. Raises `Undecided` like `apply`. Of a user who was deleted meanwhile nothing is stored.
    """
    same_customer = Item.customer == user.customer
    if answer.certain and _write(user.id, key, answer, same_customer & _unmoved(key, user.parts.get(key))):
        return answer
    for _ in range(ATTEMPTS):
        current = read(user.id)
        fetched = fetch()
        if current is None or current.customer != user.customer:
            return fetched
        if _write(user.id, key, fetched, same_customer & _unmoved(key, current.parts.get(key))):
            return fetched
    raise Undecided(f"{key} of user {user.id} kept moving")


def _write(user: str, key: str, news: Observation, condition: Condition) -> User | None:
    part = asdict(Part(news.value, news.lo, news.hi, uuid.uuid4().hex, news.source, news.final, news.subject, news.rank))
    return _update(user, [Item.parts[key].set(part)], condition)


def _clearly_later(key: str, news: Observation) -> Condition:
    """`judge(...) is WRITE`, as a DynamoDB condition."""
    part = Item.parts[key]
    later = ((part["subject"] == news.subject) & (part["hi"] < news.lo)) | ((part["subject"] != news.subject) & (part["rank"] < news.rank))
    if not news.final:
        later &= part["final"] == False  # noqa: E712 - an expression, not a comparison
    return part.does_not_exist() | later


def _unmoved(key: str, stored: Part | None) -> Condition:
    return Item.parts[key].does_not_exist() if stored is None else Item.parts[key]["version"] == stored.version


# ------------------------------------------------------------------------------------------------ the customer


def claim_customer(user: str, now: int) -> bool:
    """Makes the user's item, once. True for the one caller that now has to make the Customer. `now` in Unix seconds."""
    actions = [Item.customer_claimed_at.set(now), Item.parts.set({})]
    return _update(user, actions, Item.pk.does_not_exist()) is not None


def link_customer(user: str, customer: str, now: int) -> str:
    """Ties a customer to its user and returns the customer the user has (another one, if somebody was first).

    Nothing is tied any more to a user who is being deleted: theirs is then the customer they had, or "". The mapping goes
    first: a mapping without a user's item leads to a harmless look, the other way round events would be taken for somebody else's.
    """
    known = read(user)
    if known is not None and known.leaving:
        return known.customer
    mapping = Item(customer_pk(customer), user=user)
    mapping.save()
    claim_customer(user, now)
    _update(user, [Item.customer.set(customer)], Item.customer.does_not_exist() & _staying())
    current = read(user)
    return current.customer if current else ""


# ------------------------------------------------------------------------------------------------ the Checkout claim


def claim_checkout(user: str, claim: Checkout, instead_of: Checkout | None) -> User | None:
    """Claims the user's one Checkout attempt, in the place of the one given. None when another request was first."""
    free = Item.checkout.does_not_exist() if instead_of is None else Item.checkout["attempt"] == instead_of.attempt
    return _update(user, [Item.checkout.set(asdict(claim))], Item.customer.exists() & free & _staying())


def name_session(user: str, attempt: str, session: str) -> None:
    """Writes the session into its claim. Several requests may do so: they got the same session."""
    _update(user, [Item.checkout["session"].set(session)], Item.checkout["attempt"] == attempt)


def release_checkout(user: str, attempt: str) -> None:
    _update(user, [Item.checkout.remove()], Item.checkout["attempt"] == attempt)


# ------------------------------------------------------------------------------------------------ the end


def begin_deletion(user: str, now: int) -> User:
    """Marks the user's item, which is made if there is none: from here on nothing is bought for or tied to this user.

    Returns the user as marked, now (Unix seconds) or earlier; or as the tombstone they are already.
    """
    marked = _update(user, [Item.deleting_at.set(now)], _staying()) or read(user)
    assert marked is not None
    return marked


def remember_customer(user: str, customer: str) -> None:
    """Writes down which Customer a marked user has, if nobody has yet: whoever goes on with the deletion finds it."""
    _update(user, [Item.customer.set(customer)], Item.deleting_at.exists() & Item.customer.does_not_exist())


def bury(user: str, customer: str, now: int) -> None:
    """Leaves of a marked user a tombstone, which expires, and of their customer ("" for none) nothing.

    The mapping goes first: it is found by the item, not the other way round.
    """
    if customer:
        Item(customer_pk(customer)).delete()
    _bury(user, Item.deleting_at.exists(), now)


def forget_customer(customer: str, now: int) -> None:
    """The customer is gone from Stripe, for good, with all that was theirs. A user who stays begins anew; a marked one is buried."""
    user = user_of(customer)
    if user is None:
        return
    theirs = Item.customer == customer
    try:
        Item(user_pk(user)).delete(condition=theirs & _staying())
    except DeleteError as error:
        if not _condition_failed(error):
            raise
        _bury(user, theirs & Item.deleting_at.exists(), now)
    Item(customer_pk(customer)).delete()


def _bury(user: str, condition: Condition, now: int) -> None:
    gone = [attribute.remove() for attribute in (Item.deleting_at, Item.customer, Item.customer_claimed_at, Item.parts, Item.checkout)]
    _update(user, [Item.deleted_at.set(now), Item.expires_at.set(now + TOMBSTONE_SECONDS), *gone], condition)


def _staying() -> Condition:
    return Item.deleting_at.does_not_exist() & Item.deleted_at.does_not_exist()


# ------------------------------------------------------------------------------------------------ writing


def _update(user: str, actions: list[Any], condition: Condition) -> User | None:
    """One UpdateItem; the user as it left them. None when its condition does not hold; every other failure is raised."""
    item = Item(user_pk(user))
    try:
        item.update(actions, condition=condition)
    except UpdateError as error:
        if _condition_failed(error):
            return None
        raise
    return _user(user, item)


def _condition_failed(error: PynamoDBException) -> bool:
    return error.cause_response_code == "ConditionalCheckFailedException"
