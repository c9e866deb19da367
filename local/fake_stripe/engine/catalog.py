"""Making products and prices: by themselves, with each other (`default_price_data`, `product_data`) or inline (`price_data`)."""

from typing import Any

from ..errors import InvalidRequest, NotSupported
from ..support import assign, metadata, require_text, unset
from ..world import World

PRODUCT_FIELDS = (
    "description",
    "images",
    "marketing_features",
    "name",
    "shippable",
    "statement_descriptor",
    "tax_code",
    "unit_label",
    "url",
)
# Longest billing period Stripe takes: three years.
MAX_INTERVALS = {"day": 1095, "week": 156, "month": 36, "year": 3}


def make_product(world: World, params: dict) -> dict:
    """A product of validated parameters. Raises InvalidRequest for an empty name or an id that is taken."""
    require_text(params, "name")
    product_id = params.get("id") or world.new_id("prod", 14)
    if world.find("product", product_id):
        raise InvalidRequest(f"Product already exists: {product_id}", code="resource_already_exists", param="id")
    now = world.now()
    product = {
        "id": product_id,
        "object": "product",
        "active": params.get("active", True),
        "created": now,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": metadata({}, params.get("metadata")),
        "name": None,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": params.get("type", "service"),
        "unit_label": None,
        "updated": now,
        "url": None,
    }
    assign(product, params, *PRODUCT_FIELDS)
    world.put(product)
    world.emit("product.created", product)
    if "default_price_data" in params:
        price = make_price(world, {**params["default_price_data"], "product": product_id})
        product["default_price"] = price["id"]
    return product


def make_price(world: World, params: dict, *, active: bool = True) -> dict:
    """A price of validated parameters. Raises InvalidRequest for amounts, intervals or lookup keys Stripe refuses."""
    world.get("product", params["product"], "product")
    if params.get("billing_scheme") == "tiered":
        raise NotSupported("Tiered pricing", "billing_scheme")
    recurring = _recurring(params.get("recurring"))
    currency = params["currency"].lower()
    amount, decimal = _amount(params, "unit_amount")
    price = {
        "id": world.new_id("price"),
        "object": "price",
        "active": params.get("active", active),
        "billing_scheme": "per_unit",
        "created": world.now(),
        "currency": currency,
        "_currency_options": {currency: _option(amount, decimal, params)},
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": metadata({}, params.get("metadata")),
        "nickname": params.get("nickname"),
        "product": params["product"],
        "recurring": recurring,
        "tax_behavior": params.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": decimal,
    }
    add_currency_options(price, params.get("currency_options"))
    if params.get("lookup_key"):
        take_lookup_key(world, price, params["lookup_key"], params.get("transfer_lookup_key", False))
    world.put(price)
    world.emit("price.created", price)
    return price


def unit_amount(price: dict, currency: str) -> int | None:
    """What one unit costs in a currency, in its minor units; None when the price has no such currency."""
    option = price["_currency_options"].get(currency)
    return option["unit_amount"] if option else None


def _recurring(given: dict | None) -> dict | None:
    if not given:
        return None
    count = given.get("interval_count", 1)
    if not 1 <= count <= MAX_INTERVALS[given["interval"]]:
        raise InvalidRequest("The maximum billing period is three years.", param="recurring[interval_count]")
    if given.get("usage_type", "licensed") != "licensed":
        raise NotSupported("Metered usage", "recurring[usage_type]")
    return {
        "interval": given["interval"],
        "interval_count": count,
        "meter": None,
        "trial_period_days": given.get("trial_period_days"),
        "usage_type": "licensed",
    }


def _amount(given: dict, param: str) -> tuple[int, str]:
    """Amount and its decimal text. Fractions of a minor unit are not covered."""
    if "unit_amount" in given:
        amount = given["unit_amount"]
    elif "unit_amount_decimal" in given:
        text = given["unit_amount_decimal"]
        try:
            amount = int(text)
        except ValueError:
            raise NotSupported("A unit_amount_decimal with a fraction", param) from None
    else:
        raise InvalidRequest("Missing required param: unit_amount.", code="parameter_missing", param=param)
    if amount < 0:
        raise InvalidRequest("Invalid non-negative integer", code="parameter_invalid_integer", param=param)
    return amount, str(amount)


def _option(amount: int, decimal: str, given: dict) -> dict:
    return {
        "custom_unit_amount": None,
        "tax_behavior": given.get("tax_behavior", "unspecified"),
        "unit_amount": amount,
        "unit_amount_decimal": decimal,
    }


def add_currency_options(price: dict, given: Any) -> None:
    for currency, option in (unset(given) or {}).items():
        if set(option) - {"unit_amount", "unit_amount_decimal", "tax_behavior"}:
            raise NotSupported("A currency option other than an amount", f"currency_options[{currency}]")
        amount, decimal = _amount(option, f"currency_options[{currency}][unit_amount]")
        price["_currency_options"][currency.lower()] = _option(amount, decimal, option)


def take_lookup_key(world: World, price: dict, key: str, transfer: bool) -> None:
    """Only one price may hold a lookup key; `transfer` takes it from the one that does."""
    for holder in world.by("price", "lookup_key", key):
        if holder["id"] == price["id"]:
            continue
        if not transfer:
            raise InvalidRequest(
                f"A price (`{holder['id']}`) already uses that lookup key. Use `transfer_lookup_key` to move it.", param="lookup_key"
            )
        with world.changing(holder, "price.updated"):
            holder["lookup_key"] = None
    price["lookup_key"] = key
