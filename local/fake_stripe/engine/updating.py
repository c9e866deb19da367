"""Carrying out a plan: bill it now or let it wait, and what happens when the payment does not go through (`payment_behavior`)."""

from ..errors import CardError
from ..registry import job
from ..world import World
from . import drafting, entitling, invoices, methods
from .changing import Plan, apply
from .invoice_items import wait
from .renewing import pending_items, pending_lines, running_discounts
from .subscribing import period_end, remember_debits


def carry_out(world: World, subscription: dict, made: Plan, behavior: str, *, off_session: bool = False) -> None:
    """Applies the plan, or leaves it pending. Called inside the caller's `changing(subscription)`, which tells the update."""
    if not made.invoice_now:
        apply(world, subscription, made)
        customer = world.get("customer", subscription["customer"])
        for line in made.lines:
            wait(world, customer, line)
        return
    if behavior == "pending_if_incomplete":
        _bill_then_apply(world, subscription, made, off_session)
        return
    apply(world, subscription, made)
    invoice = bill(world, subscription, made)
    remember_debits(subscription, invoice)
    subscription["_bill"] = (invoice["id"], behavior != "default_incomplete", off_session)


def bill(world: World, subscription: dict, made: Plan) -> dict:
    """The invoice of a change, still a draft: its lines, and whatever else waited for the next invoice."""
    customer = world.get("customer", subscription["customer"])
    waiting = pending_items(world, subscription)
    now = world.now(subscription)
    invoice = drafting.draft(
        world,
        customer,
        made.lines + pending_lines(world, subscription),
        reason="subscription_update",
        currency=subscription["currency"],
        period=(now, now),
        subscription=subscription,
        invoice_discounts=running_discounts(world, subscription),
        proration_date=made.at,
    )
    for item in waiting:
        item["invoice"] = invoice["id"]
        world.put(item)
    subscription["latest_invoice"] = invoice["id"]
    return invoice


def collect_bill(world: World, subscription: dict) -> None:
    """After the update was told: the invoice's own events, then the attempt to be paid."""
    entitling.refresh(world, subscription["customer"])
    invoice_id, attempt, off_session = subscription.pop("_bill", (None, False, False))
    if invoice_id is None:
        return
    invoice = world.get("invoice", invoice_id)
    invoices.announce(world, invoice)
    invoices.finalize(world, invoice)
    if attempt:
        invoices.collect(world, invoice, off_session=off_session)


def _bill_then_apply(world: World, subscription: dict, made: Plan, off_session: bool) -> None:
    """pending_if_incomplete: nothing changes until the invoice is paid."""
    invoice = bill(world, subscription, made)
    invoice["_applies_update"] = True
    subscription.update(_pending_plan=made, _pending_invoice=invoice["id"])
    invoices.announce(world, invoice)
    invoices.finalize(world, invoice)
    invoices.collect(world, invoice, off_session=off_session)
    if subscription.get("_pending_plan") is made:
        expires = min(world.now(subscription) + world.settings.pending_update_seconds, period_end(subscription))
        subscription["pending_update"] = {
            "billing_cycle_anchor": made.anchor,
            "expires_at": expires,
            "subscription_items": [_future_item(subscription, change) for change in made.changes if change.price],
            "trial_end": made.trial_end,
            "trial_from_plan": None,
        }
        world.clock_of(subscription).at(expires, "subscription.pending_update_expires", subscription["id"])


def _future_item(subscription: dict, change) -> dict:
    item = change.item or {}
    return {
        "id": change.id,
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": item.get("created", 0),
        "current_period_end": change.period[1],
        "current_period_start": change.period[0],
        "discounts": [],
        "metadata": item.get("metadata", {}),
        "plan": change.price,
        "price": change.price,
        "quantity": change.quantity,
        "subscription": subscription["id"],
        "tax_rates": [],
    }


@job("subscription.pending_update_paid")
def pending_update_paid(world: World, invoice_id: str) -> None:
    invoice = world.get("invoice", invoice_id)
    subscription = world.get("subscription", invoice["_subscription"])
    made = subscription.pop("_pending_plan", None)
    if made is None or invoice["id"] != subscription.pop("_pending_invoice", None):
        return
    invoice["_applies_update"] = False
    was_waiting = subscription["pending_update"] is not None
    if not was_waiting:  # paid at once: the update under way tells it
        apply(world, subscription, made)
        remember_debits(subscription, invoice)
        return
    with world.changing(subscription, "customer.subscription.updated"):
        subscription["pending_update"] = None
        apply(world, subscription, made)
        remember_debits(subscription, invoice)
    world.emit("customer.subscription.pending_update_applied", subscription)
    entitling.refresh(world, subscription["customer"])


@job("subscription.pending_update_expires")
def pending_update_expires(world: World, subscription_id: str) -> None:
    subscription = world.get("subscription", subscription_id)
    pending = subscription["pending_update"]
    if pending is None or pending["expires_at"] > world.now(subscription):
        return
    drop_pending(world, subscription)


def drop_pending(world: World, subscription: dict) -> None:
    """Gives the waiting change up; its invoice is voided."""
    invoice = world.get("invoice", subscription.pop("_pending_invoice"))
    subscription.pop("_pending_plan", None)
    if invoice["status"] == "open":
        invoices.void(world, invoice)
    for item in world.by("invoiceitem", "invoice", invoice["id"]):  # what waited before the change waits again
        item["invoice"] = None
        world.put(item)
    with world.changing(subscription, "customer.subscription.updated"):
        subscription["pending_update"] = None
    world.emit("customer.subscription.pending_update_expired", subscription)


def refuse_if_declined(world: World, subscription: dict, made: Plan) -> None:
    """error_if_incomplete: raises CardError when the change is billed now and the bank would say no."""
    if not made.invoice_now or sum(line.amount for line in made.lines) <= 0:
        return
    customer = world.get("customer", subscription["customer"])
    method = world.find("payment_method", subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"])
    if (
        method is None
        or method["type"] != "card"
        or method["_charge"] == "ok"
        or (method["_charge"] == methods.AUTHENTICATE_ONCE and method["_set_up"])
    ):
        return
    needs_customer = method["_charge"] in (methods.AUTHENTICATE_ALWAYS, methods.AUTHENTICATE_ONCE)
    error = methods.decline("authentication_required" if needs_customer else method["_charge"])
    raise CardError(error["message"], code=error["code"], decline_code=error.get("decline_code"))
