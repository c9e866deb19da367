"""Changing a running subscription: what it costs now (prorations), and making it so.

The same `Plan` answers `invoices/create_preview` and does the update, so that the amount shown is the amount billed.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..errors import InvalidRequest
from ..money import period_around, prorated
from ..world import World
from . import entitling
from .lines import Line, amount_of, period_line, product_name
from .subscribing import new_item, schedule


@dataclass(slots=True)
class ItemChange:
    """One item before and after. `item` None: added; `price` None: removed. `id` is what a new item will be called."""

    id: str
    item: dict | None
    price: str | None
    quantity: int
    metadata: dict | None = None
    period: tuple[int, int] = (0, 0)
    debit: Line | None = None

    @property
    def billing_changes(self) -> bool:
        return self.item is None or self.price != self.item["price"] or self.quantity != self.item["quantity"]


@dataclass(slots=True)
class Plan:
    """A change worked out at one moment. `lines` is what it costs or gives back; `invoice_now` whether that is billed at once."""

    at: int
    behavior: str
    changes: list[ItemChange]
    anchor: int | None = None
    """The new billing cycle anchor, when it moves."""
    trial_end: int | None = None
    ends_trial: bool = False
    lines: list[Line] = field(default_factory=list)
    invoice_now: bool = False


def plan(
    world: World,
    subscription: dict,
    wanted: list[dict],
    *,
    behavior: str = "create_prorations",
    at: int | None = None,
    reset_anchor: bool = False,
    trial_end: Any = None,
) -> Plan:
    """The plan of an update. `wanted` as in the `items` parameter, prices resolved. Raises InvalidRequest for what cannot be."""
    now = world.now(subscription)
    moment = at if at is not None else now
    _check_date(subscription, moment, behavior, at)
    made = Plan(moment, behavior, _item_changes(world, subscription, wanted))
    was_trial = subscription["status"] == "trialing"
    if trial_end is not None:
        end = now if trial_end == "now" else int(trial_end)
        made.trial_end, made.ends_trial, made.anchor = end, end <= now, max(end, now)
    elif reset_anchor or (_intervals_change(world, made.changes) and not was_trial):
        made.anchor = now
    starts_trial = made.trial_end is not None and not made.ends_trial
    for change in made.changes:
        if change.price is not None:
            change.period = _period(world, subscription, change, made, now, was_trial, starts_trial)
    free = (was_trial and not made.ends_trial) or subscription["status"] in ("incomplete", "paused")
    if not free:
        _price_lines(world, subscription, made, starts_trial)
    made.invoice_now = bool(made.lines) and (behavior == "always_invoice" or (made.anchor is not None and not starts_trial))
    return made


def _check_date(subscription: dict, moment: int, behavior: str, given: int | None) -> None:
    if given is not None and behavior == "none":
        raise InvalidRequest("You cannot set `proration_date` when `proration_behavior` is `none`.", param="proration_date")
    start = min(item["current_period_start"] for item in subscription["items"])
    end = max(item["current_period_end"] for item in subscription["items"])
    if given is not None and not start <= moment <= end:
        raise InvalidRequest(
            f"Cannot specify `proration_date` outside of the subscription's current period: it must lie between {start} and {end}.",
            param="proration_date",
        )


def _item_changes(world: World, subscription: dict, wanted: list[dict]) -> list[ItemChange]:
    changes = {item["id"]: ItemChange(item["id"], item, item["price"], item["quantity"]) for item in subscription["items"]}
    for position, entry in enumerate(wanted):
        param = f"items[{position}]"
        if "id" in entry:
            change = changes.get(entry["id"])
            if change is None:
                raise InvalidRequest(
                    f"No such subscription item: '{entry['id']}'", code="resource_missing", param=f"{param}[id]", status=404
                )
            if entry.get("deleted"):
                change.price = None
                continue
            change.price = entry.get("price", change.price)
            # A new price starts at quantity 1 only if the item had none; Stripe keeps the item's quantity.
            change.quantity = entry.get("quantity", change.quantity)
            change.metadata = entry.get("metadata")
        elif entry.get("deleted"):
            raise InvalidRequest("You must pass an `id` to delete an item.", code="parameter_missing", param=f"{param}[id]")
        elif "price" not in entry:
            raise InvalidRequest(f"Missing required param: {param}[price].", code="parameter_missing", param=f"{param}[price]")
        else:
            made = ItemChange(world.new_id("si", 14), None, entry["price"], entry.get("quantity", 1), entry.get("metadata"))
            changes[made.id] = made
    kept = [change for change in changes.values() if change.price is not None]
    if not kept:
        raise InvalidRequest("A subscription must have at least one active item.", param="items")
    prices = [change.price for change in kept]
    for position, price in enumerate(prices):
        if price in prices[:position]:
            raise InvalidRequest(f"Cannot add multiple subscription items with the same plan: {price}", param=f"items[{position}][price]")
        _check_price(world, subscription, price, kept[position])
    return list(changes.values())


def _check_price(world: World, subscription: dict, price_id: str | None, change: ItemChange) -> None:
    price = world.get("price", price_id or "", "items[0][price]")
    if price["recurring"] is None:
        raise InvalidRequest(
            f"The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`: {price_id}",
            param="items",
        )
    if change.item is None or change.item["price"] != price_id:
        if not price["active"]:
            raise InvalidRequest(f"The price specified is inactive. This field only accepts active prices: {price_id}", param="items")
        amount_of(world, price["id"], subscription["currency"], 1)


def _intervals_change(world: World, changes: list[ItemChange]) -> bool:
    def interval(price_id: str) -> tuple:
        recurring = world.get("price", price_id)["recurring"]
        return recurring["interval"], recurring["interval_count"]

    before = {interval(change.item["price"]) for change in changes if change.item}
    after = {interval(change.price) for change in changes if change.price}
    return before != after


def _period(
    world: World, subscription: dict, change: ItemChange, made: Plan, now: int, was_trial: bool, starts_trial: bool
) -> tuple[int, int]:
    """The period the item is in after the change."""
    if starts_trial:
        return now, made.trial_end or now
    if was_trial and not made.ends_trial:
        return subscription["trial_start"], subscription["trial_end"]
    if change.item is not None and made.anchor is None:
        return change.item["current_period_start"], change.item["current_period_end"]
    recurring = world.get("price", change.price or "")["recurring"]
    anchor = made.anchor if made.anchor is not None else subscription["billing_cycle_anchor"]
    return period_around(anchor, recurring["interval"], recurring["interval_count"], now)


def _price_lines(world: World, subscription: dict, made: Plan, starts_trial: bool) -> None:
    """Credits for what is left of what was paid, debits for what is new. With `none` only a moved anchor's new period is billed."""
    moved = made.anchor is not None
    for change in made.changes:
        touched = moved or change.billing_changes or change.price is None
        if touched and change.item is not None and made.behavior != "none":
            credit = credit_line(world, subscription, change.item, made.at)
            if credit:
                made.lines.append(credit)
    for change in made.changes:
        if change.price is None or starts_trial or not (moved or change.billing_changes):
            continue
        if moved:
            shown = {"id": change.id, "price": change.price, "quantity": change.quantity}
            change.debit = period_line(world, subscription, shown, *change.period)
        elif made.behavior != "none":
            change.debit = debit_line(world, subscription, change, made.at)
        if change.debit:
            made.lines.append(change.debit)


def credit_line(world: World, subscription: dict, item: dict, at: int) -> Line | None:
    """What is given back of an item's running period: a share of what was really debited for it, after discounts."""
    debit = item["_debit"]
    if not debit or debit["end"] <= at:
        return None
    amount = prorated(debit["amount"], at, debit["start"], debit["end"])
    return Line(
        -amount,
        subscription["currency"],
        f"Unused time on {_counted(world, item['price'], item['quantity'])} after {day(at)}",
        at,
        debit["end"],
        item["price"],
        item["quantity"],
        subscription["id"],
        item["id"],
        proration=True,
        # What was invoiced was discounted then; what still waits for its invoice will be discounted together with this.
        discountable=debit["invoice"] is None,
        credited_invoice=debit["invoice"],
        credited_lines=[debit["line"]] if debit["line"] else [],
    )


def debit_line(world: World, subscription: dict, change: ItemChange, at: int) -> Line:
    start, end = change.period
    whole = amount_of(world, change.price or "", subscription["currency"], change.quantity)
    return Line(
        prorated(whole, at, start, end),
        subscription["currency"],
        f"Remaining time on {_counted(world, change.price or '', change.quantity)} after {day(at)}",
        at,
        end,
        change.price,
        change.quantity,
        subscription["id"],
        change.id,
        proration=True,
    )


def _counted(world: World, price_id: str, quantity: int) -> str:
    name = product_name(world, price_id)
    return name if quantity == 1 else f"{quantity} × {name}"


def day(moment: int) -> str:
    """`22 Nov 2026`"""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day} {at:%b %Y}"


def apply(world: World, subscription: dict, made: Plan) -> None:
    """Makes the change. No event: the caller tells `customer.subscription.updated`."""
    now = world.now(subscription)
    items = []
    for change in made.changes:
        if change.price is None:
            if change.item is not None:
                world.remove(change.item)
            continue
        item = change.item
        if item is None:
            item = new_item(world, subscription, {"price": change.price, "quantity": change.quantity}, *change.period)
            world.remove(item)
            item["id"] = change.id
        elif item["price"] != change.price:
            item["_features"] = entitling.features_of(world, change.price)
        item.update(price=change.price, plan=change.price, quantity=change.quantity)
        item.update(current_period_start=change.period[0], current_period_end=change.period[1])
        if change.metadata is not None:
            item["metadata"] = {key: value for key, value in {**item["metadata"], **change.metadata}.items() if value != ""}
        if change.debit:
            item["_debit"] = {
                "amount": change.debit.amount,
                "start": change.debit.start,
                "end": change.debit.end,
                "invoice": None,
                "line": None,
            }
        items.append(world.put(item))
    subscription["items"] = items
    if made.anchor is not None:
        subscription["billing_cycle_anchor"] = made.anchor
    if made.trial_end is not None:
        subscription["trial_end"] = made.trial_end
        if made.ends_trial:
            subscription["status"] = "active"
        else:
            subscription.update(status="trialing", trial_start=subscription["trial_start"] or now)
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = min(item["current_period_end"] for item in items)
    world.put(subscription)
    schedule(world, subscription)
