"""Compares every user's item with Stripe, field by field: prints JSON `{users, parts, differences: […]}`.

Runs with a function's environment (`full_stack` gives it), reads as deployed code reads, and writes nothing.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from billing.access import is_live, renews
from billing.fetch import fetch_everything, fetch_part
from billing.state import store
from billing.state.items import Item, user_pk
from billing.state.parts import User, Value, kind_and_id, subscription_key

HANDS = 4


def compared(user_id: str) -> tuple[int, list[str]]:
    """How many parts were compared, and how they differ."""
    user = store.read(user_id)
    if user is None or not user.customer:
        return 0, [f"{user_id}: has no customer"]
    wanted = dict(_in_stripe(user))
    differences = [
        f"{user_id} {key}: stored {_short(user.part(key), value)}, Stripe has {_short(value, user.part(key))}"
        for key, value in wanted.items()
        if user.part(key) != value
    ]
    return len(wanted), differences


def _in_stripe(user: User) -> Iterator[tuple[str, Value | None]]:
    """Each part that Stripe has, and each that is stored."""
    seen: set[str] = set()
    for key, news in fetch_everything(user.customer, "chaos"):
        seen.add(key)
        yield key, news.value
    for key in user.parts.keys() - seen:
        kind, id_ = kind_and_id(key)
        owner = user.part(subscription_key(id_))
        if kind == "upcoming" and not (owner and is_live(owner) and renews(owner)):
            continue  # nothing comes next, and nobody is shown it
        if kind == "upcoming" and (user.part(key) or {}).get("price") != (owner or {}).get("price"):
            continue  # of a plan that has changed since: it is not shown either
        yield key, fetch_part(user.customer, key, "chaos").value


def _short(value: Value | None, other: Value | None) -> Value | None:
    """Only the fields that differ, where there are two to compare."""
    if value is None or other is None:
        return value
    return {name: value.get(name) for name in sorted(value.keys() | other.keys()) if value.get(name) != other.get(name)}


def main() -> None:
    prefix = user_pk("")
    users = [item.pk.removeprefix(prefix) for item in Item.scan(page_size=25) if item.pk.startswith(prefix)]
    with ThreadPoolExecutor(HANDS) as pool:
        results = list(pool.map(compared, users))
    parts = sum(count for count, _ in results)
    print(json.dumps({"users": len(users), "parts": parts, "differences": [each for _, found in results for each in found]}))


if __name__ == "__main__":
    main()
