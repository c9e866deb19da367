"""The order rule: what to do with news about an object, given what is stored of it.

Stripe delivers events late, twice and out of order; its clock counts whole seconds and may be off by a second or two; a
response's body can be older than the Date beside it. So nothing here is ordered by one number. Every stored part and every
observation carries an **interval of doubt** `[lo, hi]` on Stripe's clock, within which it was true:

    event                created - E .. created + E
    fetch or own call    Date - seconds since it was sent - M .. Date + M        (stripe_api.ask)

and the stored part a `version` that moves at every write, so that a slow fetch cannot overwrite what came meanwhile:

    stored           |-----|
    news                      |-----|     clearly later: write it. One conditional update, nothing else; the common case
    news    |-----|                       clearly older: drop it
    news        |-----|                   in doubt. The same content: no news, but the doubt now reaches further (touch).
                                          Other content: nobody can tell which is later. Fetch, and write only if the
                                          version has not moved; else decide again.

Two guards hold whatever the clocks say: a *final* state (a canceled subscription) is not revived by a state that is not,
and a part that follows a series of objects (a subscription's latest invoice) does not go back to an earlier one.

Why this and not something simpler: docs/decisions/0002-order-rule.md. `tests/unit/state/test_convergence.py` holds it against
every permutation, with duplicates, slow fetches, crashes and drops; `tests/unit/state/mutations` shows what each line is for.
"""

from enum import Enum

from billing.state.parts import Observation, Part

EVENT_MARGIN = 2
"""Seconds by which an event's `created` may be off (E)."""


def event_interval(created: int) -> tuple[int, int]:
    """Between when and when on Stripe's clock an event's snapshot was true (Unix seconds)."""
    return created - EVENT_MARGIN, created + EVENT_MARGIN


class Verdict(Enum):
    WRITE = "write"
    DROP = "drop"
    TOUCH = "touch"
    FETCH = "fetch"


def judge(stored: Part | None, news: Observation) -> Verdict:
    """What to do with `news`, given what is stored. Pure: no clock, no I/O."""
    if not news.certain:
        return Verdict.FETCH
    if stored is None:
        return Verdict.WRITE
    if stored.final and not news.final:
        return Verdict.DROP
    if stored.subject != news.subject:
        if stored.rank == news.rank:
            return Verdict.FETCH
        return Verdict.WRITE if news.rank > stored.rank else Verdict.DROP
    if news.lo > stored.hi:
        return Verdict.WRITE
    if news.hi < stored.lo:
        return Verdict.DROP
    return Verdict.TOUCH if stored.value == news.value else Verdict.FETCH


def accounts_for(stored: Part | None, event: str, created: int, subject: str = "", rank: int = 0) -> bool:
    """Whether what is stored already contains an event of which only the id, the time (Unix seconds) and the object are known: it
    was set by that very event, was true clearly after it, or is of a newer object in the series. If so there is nothing to ask
    Stripe; the webhook did its work."""
    if stored is None:
        return False
    if stored.source.partition(" ")[0] == event:
        return True
    if stored.subject != subject:
        return rank < stored.rank
    return created + EVENT_MARGIN < stored.lo
