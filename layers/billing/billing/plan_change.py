"""Changing the plan: what it will cost, and the change itself, by the same rule, so that the preview is what is billed.

An upgrade (or another interval, which begins a new period) is billed now; a downgrade is credited to the next invoice.
Prorations are computed by Stripe, to the second of `proration_date`: the preview's date goes along with the change.
"""

import time
from dataclasses import dataclass
from typing import Any, cast

from billing import snapshots
from billing.catalogue import amount_in, catalogue
from billing.currency import minor_unit_divisor
from billing.endpoint import Caller
from billing.errors import BadRequest, Conflict
from billing.own_changes import Call, live_subscription_of
from billing.shapes import Json
from billing.state.parts import User
from billing.stripe_api import ask

PREVIEW_SECONDS = 15 * 60
"""How long a preview holds."""
_SKEW_SECONDS = 60

_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A change of one live subscription of the caller's to another price of the catalogue."""

    user: User
    subscription: Json
    price: Json
    billed_now: bool
    new_period: bool

    @property
    def proration_behavior(self) -> str:
        return "always_invoice" if self.billed_now else "create_prorations"

    @property
    def items(self) -> list[Json]:
        return [{"id": self.subscription["item"], "price": self.price["id"], "quantity": self.subscription["quantity"]}]


def plan_change(caller: Caller, subscription_id: str, new_price_id: str) -> PlanChange:
    """Raises `NotFound` (not the caller's), `Conflict` (ended) and `BadRequest` (not on sale, the same plan, another currency)."""
    user, subscription = live_subscription_of(caller, subscription_id)
    price = catalogue().price(new_price_id)
    if price["id"] == subscription["price"]:
        raise BadRequest("same_plan", "This is the plan you have.")
    new_amount = amount_in(price, subscription["currency"])
    new_period = (price["interval"], price["intervalCount"]) != (subscription["interval"], subscription["interval_count"])
    dearer = _per_day(new_amount, price["interval"], price["intervalCount"]) > _per_day(
        subscription["unit_amount"], subscription["interval"], subscription["interval_count"]
    )
    return PlanChange(user, subscription, price, billed_now=dearer or new_period, new_period=new_period)


def _per_day(amount: int, interval: str, count: int) -> float:
    return amount / (_DAYS[interval] * count)


def call_for(change: PlanChange, proration_date: int | None) -> Call:
    """The call that makes the change. While its payment is missing, Stripe keeps the old plan and a pending update.

    Raises `Conflict` for a proration date (Unix seconds) that is no preview's of a moment ago.
    """
    params: Json = {"items": change.items, "proration_behavior": change.proration_behavior}
    if proration_date is not None:
        _refuse_another_moment(change, proration_date)
        params["proration_date"] = proration_date
    if change.billed_now:
        params["payment_behavior"] = "pending_if_incomplete"
    return lambda stripe, known, key: stripe.v1.subscriptions.update(known["id"], cast(Any, params), {"idempotency_key": key})


def _refuse_another_moment(change: PlanChange, date: int) -> None:
    """Stripe takes any second of the period, and each has its price: dated to the period's end an upgrade costs nothing, dated to
    its beginning a downgrade gives back what was used. So the second is the present, give or take a preview's life.

    A subscription on a test clock has a present of its own, which Stripe is asked for; nobody else has reason to come that far.
    """
    recent = _is_recent(date, time.time()) or _is_recent(date, _moment_of(_preview(change, change.proration_behavior)))
    if not recent or date < change.subscription["period_start"]:  # it was renewed in between
        raise Conflict("preview_expired", "The preview is too old. Ask for a new one.")


def _is_recent(date: int, now: float) -> bool:
    return -_SKEW_SECONDS <= now - date <= PREVIEW_SECONDS


def preview(change: PlanChange) -> Json:
    """What is due today, and how much from when: amounts in minor units, times in Unix seconds.

    `prorationDate` is the second that Stripe computed with; sent along with the change, it makes the amount the same.
    """
    now = _preview(change, change.proration_behavior)
    lines = now["lines"]["data"]
    if not change.billed_now:
        due, next_amount, next_date = 0, now["amount_due"], change.subscription["period_end"]
    elif change.new_period:
        due, next_date = now["amount_due"], max(line["period"]["end"] for line in lines)
        next_amount = amount_in(change.price, now["currency"]) * change.subscription["quantity"]
    else:
        due, next_date = now["amount_due"], change.subscription["period_end"]
        next_amount = _preview(change, "none")["amount_due"]
    return {
        "amountDue": due,
        "currency": now["currency"],
        "minorUnitDivisor": minor_unit_divisor(now["currency"]),
        "prorationDate": _moment_of(now),
        "nextAmount": next_amount,
        "nextDate": next_date,
        "lines": [_line(line) for line in lines],
    }


def _preview(change: PlanChange, proration_behavior: str) -> Json:
    params: Any = {
        "customer": change.user.customer,
        "subscription": change.subscription["id"],
        "subscription_details": {"items": change.items, "proration_behavior": proration_behavior},
    }
    return ask(lambda stripe: stripe.v1.invoices.create_preview(params)).data


def _moment_of(previewed: Json) -> int:
    """The second (Unix) that Stripe computed a preview for: the subscription's present."""
    return previewed["parent"]["subscription_details"].get("subscription_proration_date") or previewed["created"]


def _line(line: Json) -> Json:
    return {"description": line["description"], "amount": line["amount"], "proration": snapshots.is_proration(line)}
