"""Which of the events that the app handles were not delivered: still to be sent again, or given up."""

import time
from typing import Any, NamedTuple

from stripe import StripeClient

from billing.reconcile.missed import BATCHES

RETRIES = 3 * 86_400
"""Seconds for which Stripe goes on trying to deliver an event of live mode ("Webhooks", retry behaviour)."""


class Undelivered(NamedTuple):
    id: str
    type: str
    created: int
    """Unix seconds."""
    pending: int
    """How many deliveries are still to come; 0 for one that was given up."""


def undelivered(stripe: StripeClient, seconds: int = RETRIES) -> list[Undelivered]:
    """The newest hundred of each twenty types, newest first, of the last so many seconds. Two calls or so."""
    found: list[Undelivered] = []
    for types in BATCHES:
        wanted: Any = {"types": types, "created": {"gte": int(time.time()) - seconds}, "delivery_success": False, "limit": 100}
        listed = stripe.v1.events.list(wanted).data
        found += [Undelivered(event.id, event.type, event.created, event.pending_webhooks) for event in listed]
    return sorted(found, key=lambda event: event.created, reverse=True)
