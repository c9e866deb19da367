"""The plans on sale: read from Stripe, cached in the table for all functions and in memory for this one.

Only products whose metadata names this app count, and of them only active prices with a lookup key and one amount: a price made by
hand in the Dashboard is not for sale here. What is in the catalogue is decided by `catalog.toml` (`python -m ops catalog apply`).
"""

import time
from collections.abc import Iterable

import stripe
from pynamodb.exceptions import DoesNotExist, PynamoDBException

from billing.currency import minor_unit_divisor
from billing.customers import APP
from billing.errors import BadRequest, TryAgain
from billing.log import logger
from billing.shapes import Json, child
from billing.state.items import CATALOGUE_PK, Item
from billing.stripe_api import stripe_client

MEMORY_SECONDS, TABLE_SECONDS = 60, 300
"""A change of the catalogue is on sale everywhere after at most their sum."""

STALE_SECONDS = 3600
"""How old the one in memory may get while neither the table nor Stripe gives another. A price that was taken off sale meanwhile is refused
by Stripe itself, and the amount of a price never changes."""
RETRY_SECONDS = 5
"""For how long they are then left alone: each look that fails takes seconds."""

_memory: tuple[float, "Catalogue"] | None = None
"""When it was read (Unix seconds), and what it was."""
_unanswered = 0.0
"""When it last could not be read."""


class Catalogue:
    """`plans`: what can be subscribed to, cheapest first. `fees`: one-time prices (a set-up fee) that every first purchase includes."""

    def __init__(self, plans: list[Json], fees: list[Json]) -> None:
        self.plans = plans
        self.fees = fees

    def prices(self) -> Iterable[Json]:
        return (price for plan in self.plans for price in plan["prices"])

    def price(self, price_id: str | None, lookup_key: str | None = None) -> Json:
        """A recurring price by its id or its lookup key. Raises `BadRequest` for one that is not on sale."""
        for price in self.prices():
            if price["id"] == price_id or (lookup_key and price["lookupKey"] == lookup_key):
                return price
        raise BadRequest("unknown_price", "There is no such plan. GET /plans lists those on sale.")

    @property
    def currencies(self) -> list[str]:
        """Those that every price can be paid in, the catalogue's own first."""
        offered = [[price["currency"], *price.get("currencyOptions", {})] for price in self.prices()]
        return [currency for currency in offered[0] if all(currency in each for each in offered)] if offered else []


def amount_in(price: Json, currency: str) -> int:
    """What a price costs in a currency, in minor units. Raises `BadRequest` when it is not offered in it."""
    if currency == price["currency"]:
        return price["unitAmount"]
    try:
        return price["currencyOptions"][currency]["unitAmount"]
    except KeyError:
        raise BadRequest("unknown_currency", f"This plan cannot be paid in {currency}.") from None


def catalogue() -> Catalogue:
    """From memory, else the table, else Stripe. Raises what Stripe and DynamoDB raise, unless memory has one that will do."""
    global _memory, _unanswered
    now = time.time()
    age = now - _memory[0] if _memory else float("inf")
    if _memory and age <= (STALE_SECONDS if now - _unanswered < RETRY_SECONDS else MEMORY_SECONDS):
        return _memory[1]
    try:
        found = _from_table(now) or _from_stripe(now)
    except (PynamoDBException, stripe.StripeError, TryAgain) as error:
        if _memory is None or age > STALE_SECONDS:
            raise
        logger().warning("The catalogue cannot be read: an older one is used", extra={"age": int(age), "reason": type(error).__name__})
        _unanswered = time.time()
        return _memory[1]
    _memory = (now, found)
    return found


def _from_table(now: float) -> Catalogue | None:
    try:
        item = Item.get(CATALOGUE_PK)
    except DoesNotExist:
        return None
    if now - (item.fetched_at or 0) > TABLE_SECONDS:
        return None
    return Catalogue(list(item.plans or []), list(item.fees or []))


def _from_stripe(now: float) -> Catalogue:
    client = stripe_client()
    by_product: dict[str, Json] = {}
    fees: list[Json] = []
    listed = client.v1.prices.list({"active": True, "limit": 100, "expand": ["data.product", "data.currency_options"]})
    for price in (each.to_dict() for each in listed.auto_paging_iter()):
        product = price["product"]
        if product.get("metadata", {}).get("app") != APP or not product["active"] or not price.get("lookup_key") or other_than_fixed(price):
            continue
        if price["type"] == "recurring":
            by_product.setdefault(product["id"], {"product": product, "prices": []})["prices"].append(_price(price))
        else:
            fees.append({"id": price["id"], "lookupKey": price["lookup_key"]})
    plans = [_plan(entry["product"], _features(product), entry["prices"]) for product, entry in by_product.items()]
    plans.sort(key=lambda plan: plan["prices"][0]["unitAmount"])
    Item(CATALOGUE_PK, plans=plans, fees=fees, fetched_at=int(now)).save()
    return Catalogue(plans, fees)


def other_than_fixed(price: Json) -> str:
    """In words, why a price cannot be shown and sold as so much a period; nothing for one that can.

    Tiers, an amount that the customer chooses and fractions of a minor unit leave `unit_amount` null. Source: API reference, Price.
    """
    if price["unit_amount"] is None or price.get("billing_scheme", "per_unit") != "per_unit":
        return "has no one amount"
    if price.get("transform_quantity"):
        return "is priced by the package"
    if child(price, "recurring").get("usage_type", "licensed") != "licensed":
        return "is metered"
    return ""


def _features(product: str) -> list[str]:
    attached = stripe_client().v1.products.features.list(product, {"limit": 100})
    return sorted(each.to_dict()["entitlement_feature"]["lookup_key"] for each in attached.auto_paging_iter())


def _plan(product: Json, features: list[str], prices: list[Json]) -> Json:
    return {
        "productId": product["id"],
        "name": product["name"],
        "description": product.get("description") or "",
        "features": features,
        "prices": sorted(prices, key=lambda price: price["unitAmount"]),
    }


def _price(price: Json) -> Json:
    found = {
        "id": price["id"],
        "lookupKey": price["lookup_key"],
        "unitAmount": price["unit_amount"],
        "currency": price["currency"],
        "minorUnitDivisor": minor_unit_divisor(price["currency"]),
        "interval": price["recurring"]["interval"],
        "intervalCount": price["recurring"]["interval_count"],
    }
    options = {
        currency: {"unitAmount": option["unit_amount"], "minorUnitDivisor": minor_unit_divisor(currency)}
        for currency, option in sorted(child(price, "currency_options").items())
        if currency != price["currency"] and option.get("unit_amount") is not None
    }
    return found | ({"currencyOptions": options} if options else {})
