"""Checking what a new or changed subscription is asked to be, the same for the API, Checkout and previews."""

from typing import Any

from ..errors import InvalidRequest, NotSupported
from ..settings import DAY
from ..world import World
from . import cancellation, discounts
from .catalog import make_price
from .lines import amount_of


def resolve_items(world: World, given: list[dict], param: str) -> list[dict]:
    """`items` with inline `price_data` made into prices. Raises ResourceMissing for an unknown price."""
    items = []
    for position, entry in enumerate(given):
        entry = dict(entry)
        if "price_data" in entry:
            entry["price"] = make_price(world, entry.pop("price_data"), active=False)["id"]
        elif entry.get("price"):
            world.get("price", entry["price"], f"{param}[{position}][price]")
        items.append(entry)
    return items


def choose_currency(world: World, prices: list[str], wanted: str | None, customer: dict | None) -> str:
    """The currency asked for, else the prices' own. Raises InvalidRequest when a price has no such currency."""
    currency = (wanted or world.get("price", prices[0])["currency"]).lower()
    for price_id in prices:
        amount_of(world, price_id, currency, 1)
    if customer and customer["currency"] and customer["currency"] != currency and _has_money(world, customer):
        raise InvalidRequest(
            "You cannot combine currencies on a single customer. This customer has an active subscription with currency "
            f"{customer['currency']}."
        )
    return currency


def _has_money(world: World, customer: dict) -> bool:
    return any(
        row["status"] not in cancellation.ENDED and row["currency"] == customer["currency"]
        for row in world.by("subscription", "customer", customer["id"])
    )


def trial_end(world: World, params: dict, items: list[dict], now: int) -> int | None:
    if params.get("trial_end") == "now":
        return None
    if "trial_end" in params and "trial_period_days" in params:
        raise InvalidRequest("You can only pass one of `trial_end` and `trial_period_days`.", param="trial_end")
    if "trial_end" in params:
        if params["trial_end"] <= now:
            raise InvalidRequest("Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
        return params["trial_end"]
    days = params.get("trial_period_days")
    if days is None and params.get("trial_from_plan"):
        days = max((world.get("price", item["price"])["recurring"]["trial_period_days"] or 0 for item in items), default=0)
    return now + days * DAY if days else None


def missing_method(params: dict) -> str:
    return ((params.get("trial_settings") or {}).get("end_behavior") or {}).get("missing_payment_method", "create_invoice")


def own_method(world: World, customer: dict, method_id: str | None) -> str | None:
    """Raises InvalidRequest when the method is not attached to this customer."""
    if not method_id:
        return None
    method = world.get("payment_method", method_id, "default_payment_method")
    if method["customer"] != customer["id"]:
        raise InvalidRequest(
            f"The customer does not have a payment method with the ID {method_id}. The payment method must be attached to the customer.",
            code="resource_missing",
            param="default_payment_method",
        )
    return method_id


def resolve_discounts(world: World, given: Any, customer: dict, now: int) -> list[tuple[dict, dict | None]]:
    found = []
    for position, entry in enumerate(given or []):
        if "discount" in entry:
            continue
        found.append(discounts.resolve(world, entry, customer, now, f"discounts[{position}]"))
    return found


def refuse_uncovered(params: dict, prefix: str = "") -> None:
    """Raises NotSupported for values of known parameters that the stand-in does not live by."""
    if (params.get("automatic_tax") or {}).get("enabled"):
        raise NotSupported("Automatic tax", "automatic_tax[enabled]")
    if (params.get("billing_mode") or {}).get("type", "flexible") != "flexible":
        raise NotSupported("Classic billing", f"{prefix}billing_mode[type]")
