"""The last invoice of a subscription that is canceled with `prorate` or `invoice_now`; both are off by default."""

from ..world import World
from . import drafting, invoices
from .changing import credit_line
from .invoice_items import wait
from .renewing import pending_items, pending_lines


def settle(world: World, subscription: dict, *, prorate: bool, invoice_now: bool) -> None:
    """Credits unused time when asked to, and bills at once whatever waits when asked to; else it waits for the customer's next invoice."""
    customer = world.get("customer", subscription["customer"])
    now = world.now(subscription)
    if prorate:
        for item in subscription["items"]:
            credit = credit_line(world, subscription, item, now)
            if credit:
                wait(world, customer, credit)
    waiting = pending_items(world, subscription)
    if not invoice_now or not waiting:
        return
    invoice = drafting.draft(
        world,
        customer,
        pending_lines(world, subscription),
        reason="subscription_update",
        currency=subscription["currency"],
        period=(now, now),
        subscription=subscription,
    )
    for item in waiting:
        item["invoice"] = invoice["id"]
        world.put(item)
    subscription["latest_invoice"] = invoice["id"]
    invoices.announce(world, invoice)
    invoices.finalize(world, invoice)
    invoices.collect(world, invoice)
