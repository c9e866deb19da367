"""A subscription's end: now, at the period's end, at a moment; and taking that back."""

from ..world import World
from . import entitling, invoices

ENDED = ("canceled", "incomplete_expired")


def cancel_now(
    world: World, subscription: dict, *, reason: str | None = None, details: dict | None = None, keep_canceled_at: bool = False
) -> None:
    """→ canceled, at once and for good. Tells `customer.subscription.deleted`, then the entitlements. Open drafts stop advancing."""
    now = world.now(subscription)
    if subscription["status"] in ENDED:
        return
    never_paid = subscription["status"] == "incomplete"
    subscription.update(
        status="canceled" if not never_paid else "incomplete_expired",
        ended_at=now,
        canceled_at=subscription["canceled_at"] if keep_canceled_at and subscription["canceled_at"] else now,
        pending_update=None,
    )
    subscription["cancellation_details"].update({"reason": reason, **(details or {})})
    waiting = world.find("invoice", subscription.pop("_pending_invoice", None))
    subscription.pop("_pending_plan", None)
    if waiting is not None and waiting["status"] == "open":
        invoices.void(world, waiting)
    world.put(subscription)
    for invoice in world.by("invoice", "_subscription", subscription["id"]):
        if invoice["status"] == "draft" or (invoice["status"] == "open" and never_paid):
            stop_collecting(world, invoice, never_paid)
        elif invoice["status"] == "open":
            invoice.update(auto_advance=False, next_payment_attempt=None)
    world.emit("customer.subscription.deleted", subscription)
    entitling.refresh(world, subscription["customer"])


def stop_collecting(world: World, invoice: dict, void: bool) -> None:
    if void:
        invoices.void(world, invoice)
    else:
        invoice.update(auto_advance=False, automatically_finalizes_at=None, next_payment_attempt=None)


def at_period_end(world: World, subscription: dict, wanted: bool, period_end: int) -> None:
    """Sets or withdraws the cancellation at the running period's end. No event: the caller's update tells it."""
    if wanted:
        subscription.update(cancel_at_period_end=True, cancel_at=period_end, canceled_at=world.now(subscription))
        subscription["cancellation_details"]["reason"] = "cancellation_requested"
    elif subscription["cancel_at_period_end"]:
        withdraw(subscription)


def at_time(world: World, subscription: dict, when: int) -> None:
    """Schedules the end at a moment that the caller has checked."""
    subscription.update(cancel_at=when, cancel_at_period_end=False, canceled_at=world.now(subscription))
    subscription["cancellation_details"]["reason"] = "cancellation_requested"


def withdraw(subscription: dict) -> None:
    subscription.update(cancel_at=None, cancel_at_period_end=False, canceled_at=None)
    subscription["cancellation_details"].update(reason=None, comment=None, feedback=None)
