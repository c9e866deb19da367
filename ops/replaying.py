"""Runs Stripe's events through the webhook's own code once more, under the same order rule: one that was stored is dropped, one that
is late changes nothing that is newer, and one that was missed is made good.

Events come from Stripe's list, which keeps them for 30 days and shows them in the account's default release. Where that is not
the deployment's, an event is a hint, and the part is fetched: some calls more, the same result.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import stripe

from billing.cause import begin
from billing.errors import BillingError, Undecided
from billing.events import HANDLERS, Event, NotOurs, Unreadable, handle
from billing.fetch import ask, pages
from billing.reconcile import Budget
from billing.reconcile.missed import BATCHES
from billing.settings import settings

Json = dict[str, Any]

KEPT = 30 * 86_400
"""Seconds for which Stripe lists an event (API reference, "List all events")."""

INSTEAD = "`reconcile --drift --deep` brings the table up to what Stripe has, without events."


class TooOld(BillingError):
    """Stripe no longer has the event; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one event: as the webhook answers, or `failed` with the reason."""

    id: str
    type: str
    created: int
    """Unix seconds."""
    outcome: str
    reason: str = ""

    @property
    def failed(self) -> bool:
        return self.outcome in ("failed", "unreadable", "wrong_livemode")


def find(id_: str) -> Json:
    """The event as Stripe has it. Raises `TooOld`."""
    try:
        return ask(lambda client: client.v1.events.retrieve(id_)).data
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise
        raise TooOld(f"Stripe has no event {id_}: it keeps them for 30 days, each in its own account and mode. {INSTEAD}") from None


def since(start: int, budget: Budget) -> Iterator[tuple[Json, float]]:
    """All events that the app handles, created at `start` (Unix seconds) or later, and how much of the list (0 to 1) is behind.

    Newest first: then most of the older ones are dropped by one read. Raises `TooOld`, and `RunEnds` when Stripe asks for a rest.
    """
    present = int(time.time())
    if start < present - KEPT:
        raise TooOld(f"Stripe lists the events of the last 30 days only. {INSTEAD}")
    for batch, types in enumerate(BATCHES):
        wanted: Any = {"types": types, "created": {"gte": start, "lte": present}}
        listed = pages(lambda client, page, wanted=wanted: client.v1.events.list(wanted | page), asking=_patient(budget))
        for page in listed:
            for content in page.data["data"]:
                behind = (present - content["created"]) / max(1, present - start)
                yield content, (batch + behind) / len(BATCHES)


def _patient(budget: Budget) -> Any:
    return lambda call: budget.patiently(lambda: ask(call))


def replay(content: Json, budget: Budget) -> Replayed:
    """Raises what concerns all events: `RunEnds`, a key that may not do this, a table or a Stripe that does not answer."""
    event = Event.parse(content)
    begin(event.id)
    outcome, reason = _outcome(event, content, budget)
    return Replayed(event.id, event.type, event.created, outcome, reason)


def _outcome(event: Event, content: Json, budget: Budget) -> tuple[str, str]:
    if content.get("livemode") is not settings.livemode:
        return "wrong_livemode", ""
    if event.type not in HANDLERS:
        return "not_handled", ""
    try:
        return budget.patiently(lambda: handle(event)).outcome.value, ""
    except NotOurs:
        return "not_ours", ""
    except Unreadable as error:
        return "unreadable", str(error)
    except (stripe.InvalidRequestError, Undecided) as error:
        return "failed", getattr(error, "code", None) or str(error)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        return "failed", f"unknown shape: {error!r}"
