"""Paused collection that ends at a time, and subscriptions paused because a trial ended without a payment method."""

from ..errors import InvalidRequest
from ..money import period_around
from ..registry import job
from ..world import World
from . import drafting, entitling, invoices
from .lines import period_line
from .renewing import running_discounts
from .subscribing import remember_debits, schedule


@job("subscription.collection_resumes")
def collection_resumes(world: World, subscription_id: str) -> None:
    subscription = world.get("subscription", subscription_id)
    paused = subscription["pause_collection"]
    if paused is None or paused["resumes_at"] is None or paused["resumes_at"] > world.now(subscription):
        return
    with world.changing(subscription, "customer.subscription.updated"):
        subscription["pause_collection"] = None


def resume(world: World, subscription: dict, *, reset_anchor: bool) -> None:
    """paused → active with an invoice for the period that begins. Tells `customer.subscription.resumed`."""
    if subscription["status"] != "paused":
        raise InvalidRequest(f"This subscription is not paused, its status is {subscription['status']}.", param="subscription")
    now = world.now(subscription)
    customer = world.get("customer", subscription["customer"])
    with world.changing(subscription, "customer.subscription.updated"):
        if reset_anchor:
            subscription["billing_cycle_anchor"] = now
        for item in subscription["items"]:
            recurring = world.get("price", item["price"])["recurring"]
            start, end = period_around(subscription["billing_cycle_anchor"], recurring["interval"], recurring["interval_count"], now)
            item.update(current_period_start=start, current_period_end=end, _features=entitling.features_of(world, item["price"]))
        subscription.update(status="active", status_details=None)
        invoice = drafting.draft(
            world,
            customer,
            [
                period_line(world, subscription, item, item["current_period_start"], item["current_period_end"])
                for item in subscription["items"]
            ],
            reason="subscription_update",
            currency=subscription["currency"],
            period=(now, now),
            subscription=subscription,
            invoice_discounts=running_discounts(world, subscription),
        )
        subscription["latest_invoice"] = invoice["id"]
        remember_debits(subscription, invoice)
    world.emit("customer.subscription.resumed", subscription)
    schedule(world, subscription)
    entitling.refresh(world, customer["id"])
    invoices.announce(world, invoice)
    invoices.finalize(world, invoice)
    invoices.collect(world, invoice)
