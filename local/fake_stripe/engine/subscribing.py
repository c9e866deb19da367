"""A subscription's beginning: through the API or through Checkout, with or without a trial."""

from dataclasses import dataclass, field

from ..errors import CardError, InvalidRequest
from ..money import period_around, prorated
from ..settings import DAY
from ..world import World
from . import discounts, drafting, entitling, invoices, methods
from .invoice_items import wait
from .lines import Line, one_time_line, period_line

MAX_ITEMS = 20


@dataclass(slots=True)
class Wish:
    """What a subscription is to be, checked and resolved. Times in Unix seconds."""

    customer: dict
    items: list[dict]
    """[{price, quantity, metadata}]"""
    currency: str
    metadata: dict = field(default_factory=dict)
    trial_end: int | None = None
    anchor: int | None = None
    missing_method: str = "create_invoice"
    default_method: str | None = None
    description: str | None = None
    one_time: list[tuple[str, int]] = field(default_factory=list)
    """(price, quantity) of one-time prices on the first invoice"""
    coupons: list[tuple[dict, dict | None]] = field(default_factory=list)
    prorate_to_anchor: bool = True
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    save_default: str = "off"
    payment_method_types: list[str] | None = None
    off_session: bool = False
    billing_mode: dict = field(default_factory=lambda: {"type": "flexible", "flexible": {"proration_discounts": "included"}})


def build(world: World, wish: Wish, *, status: str) -> dict:
    """The subscription and its items, stored; no event, no invoice."""
    if not 1 <= len(wish.items) <= MAX_ITEMS:
        raise InvalidRequest(f"A subscription has 1 to {MAX_ITEMS} items.", param="items")
    now = world.now(wish.customer)
    trial_end = wish.trial_end if wish.trial_end is not None and wish.trial_end > now else None
    trialing = trial_end is not None
    anchor = wish.anchor or trial_end or now
    subscription_id = world.new_id("sub")
    subscription = {
        "id": subscription_id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": anchor,
        "billing_cycle_anchor_config": None,
        "billing_mode": {**wish.billing_mode, "updated_at": None},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": wish.cancel_at,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "feedback_option": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": now,
        "currency": wish.currency,
        "customer": wish.customer["id"],
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": wish.default_method,
        "default_source": None,
        "default_tax_rates": [],
        "description": wish.description,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "items": [],
        "latest_invoice": None,
        "livemode": False,
        "metadata": wish.metadata,
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": wish.payment_method_types,
            "save_default_payment_method": wish.save_default,
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": now,
        "status": "trialing" if trialing else status,
        "status_details": None,
        "test_clock": wish.customer["test_clock"],
        "transfer_data": None,
        "trial_end": trial_end,
        "trial_settings": {"end_behavior": {"missing_payment_method": wish.missing_method}},
        "trial_start": now if trialing else None,
    }
    for wanted in wish.items:
        start, end = first_period(world, wanted["price"], anchor, now) if trial_end is None else (now, trial_end)
        subscription["items"].append(new_item(world, subscription, wanted, start, end))
    if wish.cancel_at_period_end:
        subscription.update(cancel_at_period_end=True, cancel_at=period_end(subscription), canceled_at=now)
        subscription["cancellation_details"]["reason"] = "cancellation_requested"
    world.put(subscription)
    for coupon, code in wish.coupons:
        discount = discounts.create(world, coupon, code, wish.customer, now, subscription=subscription_id)
        subscription["discounts"].append(discount["id"])
    if wish.customer["currency"] is None:
        wish.customer["currency"] = wish.currency
    return subscription


def new_item(world: World, subscription: dict, wanted: dict, start: int, end: int) -> dict:
    item = {
        "id": world.new_id("si", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": world.now(subscription),
        "current_period_end": end,
        "current_period_start": start,
        "discounts": [],
        "metadata": wanted.get("metadata") or {},
        "plan": wanted["price"],
        "price": wanted["price"],
        "quantity": wanted.get("quantity", 1),
        "subscription": subscription["id"],
        "tax_rates": [],
        "_features": entitling.features_of(world, wanted["price"]),
        "_debit": None,
    }
    return world.put(item)


def first_period(world: World, price_id: str, anchor: int, now: int) -> tuple[int, int]:
    """From now to the first boundary after it that the anchor gives."""
    recurring = world.get("price", price_id)["recurring"]
    start, end = period_around(anchor, recurring["interval"], recurring["interval_count"], now)
    return max(start, now), end


def period_end(subscription: dict) -> int:
    """When the running period ends; with items of several intervals, the earliest."""
    return min(item["current_period_end"] for item in subscription["items"])


def schedule(world: World, subscription: dict) -> None:
    """Everything that time will do to a new or changed subscription. Jobs that no longer apply find out themselves."""
    clock = world.clock_of(subscription)
    end = period_end(subscription)
    clock.at(end, "subscription.period_ends", subscription["id"])
    if subscription["status"] == "trialing":
        clock.at(max(clock.now, end - 3 * DAY), "subscription.trial_will_end", subscription["id"])
    clock.at(max(clock.now, end - world.settings.upcoming_days * DAY), "invoice.upcoming", subscription["id"])
    if subscription["cancel_at"] is not None:
        clock.at(subscription["cancel_at"], "subscription.cancel_at", subscription["id"])


def first_lines(world: World, subscription: dict, wish: Wish) -> list[Line]:
    """The lines of the first invoice: one-time prices first, then each item's first period (free on trial, short before an anchor)."""
    now = world.now(subscription)
    lines = [one_time_line(world, price, wish.currency, quantity, now, subscription["id"]) for price, quantity in wish.one_time]
    for item in subscription["items"]:
        start, end = item["current_period_start"], item["current_period_end"]
        line = period_line(world, subscription, item, start, end, trial=subscription["status"] == "trialing")
        line.amount = first_amount(world, item, line.amount, subscription["billing_cycle_anchor"], wish.prorate_to_anchor)
        lines.append(line)
    return lines


def first_amount(world: World, item: dict, amount: int, anchor: int, prorate: bool) -> int:
    """A first period cut short by the anchor costs its share, or nothing."""
    recurring = world.get("price", item["price"])["recurring"]
    start = item["current_period_start"]
    whole_start, whole_end = period_around(anchor, recurring["interval"], recurring["interval_count"], start)
    if whole_start == start or amount == 0:
        return amount
    return prorated(amount, start, whole_start, whole_end) if prorate else 0


def first_invoice(world: World, subscription: dict, wish: Wish) -> dict:
    """The draft of the first invoice, with each item told what it was debited."""
    lines = first_lines(world, subscription, wish)
    now = world.now(subscription)
    items = [wait(world, wish.customer, line) for line in lines if line.item is None]
    for line, item in zip(lines, items, strict=False):
        line.invoice_item = item["id"]
    invoice = drafting.draft(
        world,
        wish.customer,
        lines,
        reason="subscription_create",
        currency=wish.currency,
        period=(now, now),
        subscription=subscription,
        invoice_discounts=[world.get("discount", entry) for entry in subscription["discounts"]],
    )
    for item in items:
        item["invoice"] = invoice["id"]
        world.put(item)
    subscription["latest_invoice"] = invoice["id"]
    remember_debits(subscription, invoice)
    return invoice


def remember_debits(subscription: dict, invoice: dict) -> None:
    """Notes on each item what its running period really cost, after discounts: a later credit is a share of exactly that."""
    for line in invoice["lines"]:
        details = line["parent"]["subscription_item_details"]
        if not details or line["amount"] < 0:
            continue
        for item in subscription["items"]:
            if item["id"] == details["subscription_item"] and line["period"]["end"] == item["current_period_end"]:
                item["_debit"] = {
                    "amount": line["amount"] - sum(entry["amount"] for entry in line["discount_amounts"]),
                    "start": line["period"]["start"],
                    "end": line["period"]["end"],
                    "invoice": invoice["id"],
                    "line": line["id"],
                }


def start(world: World, wish: Wish, behavior: str) -> dict:
    """A subscription made through the API. `behavior` is `payment_behavior`. Raises CardError under error_if_incomplete."""
    subscription = build(world, wish, status="incomplete")
    invoice = first_invoice(world, subscription, wish)
    if invoice["total"] == 0 and subscription["status"] == "incomplete":
        subscription["status"] = "active"
    method = invoices.method_for(world, invoice)
    if invoice["amount_due"] > 0 and method is None and behavior in ("allow_incomplete", "error_if_incomplete"):
        _undo(world, subscription, invoice)
        raise InvalidRequest(
            "This customer has no attached payment source or default payment method. Please consider adding a default payment method.",
            code="resource_missing",
        )
    if behavior == "error_if_incomplete" and invoice["amount_due"] > 0 and method is not None:
        _refuse_declined(world, subscription, invoice, method)
    schedule(world, subscription)
    world.emit("customer.subscription.created", subscription)
    invoices.announce(world, invoice)
    invoices.finalize(world, invoice)
    if subscription["status"] == "incomplete":
        world.clock_of(subscription).at(
            world.now(subscription) + world.settings.incomplete_seconds, "subscription.incomplete_expires", subscription["id"]
        )
        if behavior != "default_incomplete":
            invoices.collect(world, invoice, off_session=wish.off_session)
    entitling.refresh(world, subscription["customer"])
    return subscription


def _refuse_declined(world: World, subscription: dict, invoice: dict, method: dict) -> None:
    verdict = method["_charge"]
    if method["type"] == "card" and verdict not in ("ok",):
        _undo(world, subscription, invoice)
        reason = "authentication_required" if verdict in (methods.AUTHENTICATE_ALWAYS, methods.AUTHENTICATE_ONCE) else verdict
        error = methods.decline(reason)
        raise CardError(error["message"], code=error["code"], decline_code=error.get("decline_code"))


def _undo(world: World, subscription: dict, invoice: dict) -> None:
    for item in subscription["items"]:
        world.remove(item)
    world.remove(invoice)
    world.remove(subscription)


def next_boundary(world: World, item: dict, anchor: int) -> int:
    """Where an item's period after the running one ends."""
    recurring = world.get("price", item["price"])["recurring"]
    return period_around(anchor, recurring["interval"], recurring["interval_count"], item["current_period_end"])[1]
