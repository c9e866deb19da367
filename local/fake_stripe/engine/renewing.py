"""What time does to a subscription: upcoming → renewal → next period; trials that end; expiries and scheduled cancellations.

Every job checks that it still applies: a period that was changed, a subscription that ended, leave stale jobs behind.
"""

from ..registry import job
from ..settings import DAY
from ..world import World
from . import discounts, drafting, entitling, invoices
from .cancellation import cancel_now
from .lines import Line, period_line
from .subscribing import next_boundary, period_end, remember_debits, schedule

LIVE = ("active", "trialing", "past_due", "unpaid")


@job("invoice.upcoming")
def upcoming(world: World, subscription_id: str) -> None:
    subscription = world.get("subscription", subscription_id)
    end = period_end(subscription)
    due = end - world.settings.upcoming_days * DAY
    now = world.now(subscription)
    will_end = subscription["cancel_at"] is not None and subscription["cancel_at"] <= end
    if subscription["status"] not in LIVE or will_end or subscription.get("_upcoming") == end or now < due:
        return
    subscription["_upcoming"] = end
    world.emit("invoice.upcoming", upcoming_invoice(world, subscription))


def upcoming_invoice(world: World, subscription: dict) -> dict:
    """The next renewal's invoice as things stand; not stored. Its id is left out, as in Stripe's event."""
    customer = world.get("customer", subscription["customer"])
    end = period_end(subscription)
    invoice = drafting.draft(
        world,
        customer,
        renewal_lines(world, subscription, [item for item in subscription["items"] if item["current_period_end"] == end])
        + pending_lines(world, subscription),
        reason="upcoming",
        currency=subscription["currency"],
        period=(min(item["current_period_start"] for item in subscription["items"]), end),
        subscription=subscription,
        invoice_discounts=running_discounts(world, subscription),
        preview=True,
    )
    invoice["next_payment_attempt"] = end + world.settings.draft_seconds
    return invoice


def running_discounts(world: World, subscription: dict) -> list[dict]:
    return [world.get("discount", entry) for entry in subscription["discounts"]]


def renewal_lines(world: World, subscription: dict, items: list[dict]) -> list[Line]:
    anchor = subscription["billing_cycle_anchor"]
    return [period_line(world, subscription, item, item["current_period_end"], next_boundary(world, item, anchor)) for item in items]


def pending_items(world: World, subscription: dict) -> list[dict]:
    """Invoice items that wait for this subscription's next invoice: its own, and the customer's in its currency."""
    return [
        item
        for item in world.by("invoiceitem", "customer", subscription["customer"])
        if item["invoice"] is None
        and item["currency"] == subscription["currency"]
        and (item["parent"] is None or item["parent"]["subscription_details"]["subscription"] == subscription["id"])
    ]


def pending_lines(world: World, subscription: dict) -> list[Line]:
    return [line_of(item) for item in pending_items(world, subscription)]


def line_of(item: dict) -> Line:
    """An invoice item as a line of an invoice."""
    details = (item["parent"] or {}).get("subscription_details") or {}
    price = ((item["pricing"] or {}).get("price_details") or {}).get("price")
    return Line(
        item["amount"],
        item["currency"],
        item["description"],
        item["period"]["start"],
        item["period"]["end"],
        price,
        item["quantity"],
        details.get("subscription"),
        details.get("subscription_item"),
        item["proration"],
        item["id"],
        item["discountable"],
        item.get("_credited_invoice"),
        item.get("_credited_lines", []),
        list(item["discounts"]),
        item.get("_unit_amount"),
    )


@job("subscription.trial_will_end")
def trial_will_end(world: World, subscription_id: str) -> None:
    subscription = world.get("subscription", subscription_id)
    now, end = world.now(subscription), subscription["trial_end"]
    if subscription["status"] != "trialing" or subscription.get("_trial_notice") == end or now < end - 3 * DAY:
        return
    subscription["_trial_notice"] = end
    world.emit("customer.subscription.trial_will_end", subscription)


@job("subscription.cancel_at")
def scheduled_cancellation(world: World, subscription_id: str) -> None:
    subscription = world.get("subscription", subscription_id)
    if subscription["ended_at"] is None and subscription["cancel_at"] is not None and subscription["cancel_at"] <= world.now(subscription):
        cancel_now(world, subscription, reason="cancellation_requested", keep_canceled_at=True)


@job("subscription.incomplete_expires")
def incomplete_expires(world: World, subscription_id: str) -> None:
    subscription = world.get("subscription", subscription_id)
    if subscription["status"] != "incomplete":
        return
    invoice = world.get("invoice", subscription["latest_invoice"])
    if invoice["status"] == "open":
        invoices.void(world, invoice)
    with world.changing(subscription, "customer.subscription.updated"):
        subscription.update(status="incomplete_expired", ended_at=world.now(subscription))


@job("subscription.period_ends")
def period_ends(world: World, subscription_id: str) -> None:
    """The renewal: next period, new draft. A draft is finalised about an hour later (invoices.schedule_finalization)."""
    subscription = world.get("subscription", subscription_id)
    now = world.now(subscription)
    if subscription["status"] not in LIVE or period_end(subscription) > now:
        return
    if subscription["pending_update"] is not None:
        world.tell("subscription.pending_update_expires", subscription_id)
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= now:
        return  # the cancellation, due at the same moment, ends it
    if subscription["status"] == "trialing" and _trial_without_method(world, subscription):
        return
    ending = [item for item in subscription["items"] if item["current_period_end"] <= now]
    was_trial = subscription["status"] == "trialing"
    customer = world.get("customer", subscription["customer"])
    lines = pending_lines(world, subscription) + renewal_lines(world, subscription, ending)
    waiting = pending_items(world, subscription)
    paused = subscription["pause_collection"]
    unpaid = subscription["status"] == "unpaid"
    invoice = drafting.draft(
        world,
        customer,
        lines,
        reason="subscription_cycle",
        currency=subscription["currency"],
        period=(min(item["current_period_start"] for item in ending), now),
        subscription=subscription,
        invoice_discounts=running_discounts(world, subscription),
        auto_advance=not unpaid and (paused is None or paused["behavior"] != "keep_as_draft"),
    )
    for item in waiting:
        item["invoice"] = invoice["id"]
        world.put(item)
    with world.changing(subscription, "customer.subscription.updated"):
        for item in ending:
            start = item["current_period_end"]
            end = next_boundary(world, item, subscription["billing_cycle_anchor"])
            item.update(current_period_start=start, current_period_end=end, _features=entitling.features_of(world, item["price"]))
        subscription["latest_invoice"] = invoice["id"]
        if was_trial:
            subscription["status"] = "active"
        remember_debits(subscription, invoice)
        subscription["discounts"] = [
            entry for entry in subscription["discounts"] if _outlives(world, entry, now) or entry in _used(invoice)
        ]
    invoices.announce(world, invoice)
    if paused is not None and paused["behavior"] != "keep_as_draft":
        _paused_invoice(world, invoice, paused["behavior"])
    elif invoice["auto_advance"]:
        invoices.schedule_finalization(world, invoice)
    schedule(world, subscription)
    entitling.refresh(world, subscription["customer"])


def _outlives(world: World, discount_id: str, now: int) -> bool:
    return discounts.holds(world, discount_id, now) is not None


def _used(invoice: dict) -> list[str]:
    return [entry["discount"] for entry in invoice["total_discount_amounts"]]


def _paused_invoice(world: World, invoice: dict, behavior: str) -> None:
    """While collection is paused invoices are made and at once given up."""
    invoices.finalize(world, invoice)
    if invoice["status"] == "open":
        if behavior == "void":
            invoices.void(world, invoice)
        else:
            invoices.mark_uncollectible(world, invoice, reason="subscription_paused")


def _trial_without_method(world: World, subscription: dict) -> bool:
    """What a trial that ends without a payment method was told to do; True when there is no renewal."""
    behavior = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    customer = world.get("customer", subscription["customer"])
    has_method = subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    if has_method or behavior == "create_invoice":
        return False
    if behavior == "cancel":
        cancel_now(world, subscription)
        return True
    with world.changing(subscription, "customer.subscription.updated"):
        now = world.now(subscription)
        why = {"subscription": {"type": "trial_end_without_payment_method"}, "transitioned_at": now, "type": "subscription"}
        subscription.update(status="paused", status_details={"paused": why})
    world.emit("customer.subscription.paused", subscription)
    entitling.refresh(world, subscription["customer"])
    return True
