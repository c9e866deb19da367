"""Brings what is stored of a user up to what Stripe has, by the same order rule as everything else."""

from collections.abc import Iterator
from dataclasses import dataclass

from billing.doubles import flag_second_subscription
from billing.fetch import fetch_everything, fetch_part
from billing.state import store
from billing.state.parts import Observation, User, Value, kind_and_id
from billing.upcoming import foresee_after_repair


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one part."""

    key: str
    before: Value | None
    after: Value | None

    @property
    def repaired(self) -> bool:
        """Whether what was stored was wrong."""
        return self.before != self.after


def refresh(user: User, key: str, by: str) -> Refreshed:
    """Fetches one part and applies it. `user` as it was just read; `by` names what made us look. Raises `Undecided`."""
    return _apply(user, key, fetch_part(user.customer, key, by), by)


def refresh_everything(user: User, by: str, default: Observation | None = None) -> Iterator[Refreshed]:
    """All that Stripe has of the user's customer, and the payment methods that only we still have. `default`: see `fetch_everything`."""
    seen: set[str] = set()
    for key, news in fetch_everything(user.customer, by, default):
        seen.add(key)
        yield _apply(user, key, news, by)
    for key, part in user.parts.items():
        if kind_and_id(key)[0] == "payment_method" and part.value is not None and key not in seen:
            yield refresh(user, key, by)


def _apply(user: User, key: str, news: Observation, by: str) -> Refreshed:
    def fetch() -> Observation:
        return user.attributed(key, fetch_part(user.customer, key, by))

    applied = store.apply(user.id, user.customer, key, user.attributed(key, news), fetch)
    flag_second_subscription(key, applied)
    before = user.part(key)
    refreshed = Refreshed(key, before, applied.user.part(key) if applied.user else before)
    if refreshed.repaired and applied.user and kind_and_id(key)[0] == "subscription":
        foresee_after_repair(applied.user, before, refreshed.after)
    return refreshed
