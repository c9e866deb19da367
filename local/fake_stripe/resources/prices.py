"""Prices: what is asked for a product, per currency. Amounts are integer minor units."""

from ..errors import InvalidRequest, NotSupported
from ..registry import Call, Page, include, lookup, route
from ..support import assign, listing, metadata, unset
from ..world import World, newest_first

CREATE = (
    "active", "billing_scheme", "currency", "currency_options", "lookup_key", "metadata", "nickname", "product", "product_data.name",
    "product_data.metadata", "product_data.active", "product_data.id", "product_data.statement_descriptor", "product_data.unit_label",
    "recurring.interval", "recurring.interval_count", "recurring.trial_period_days", "recurring.usage_type", "tax_behavior",
    "transfer_lookup_key", "unit_amount", "unit_amount_decimal",
)  # fmt: skip

# Longest billing period Stripe takes: three years.
MAX_INTERVALS = {"day": 1095, "week": 156, "month": 36, "year": 3}


@route("POST", "/v1/prices", scope="plan_write", takes=CREATE)
def create(call: Call) -> dict:
    world, params = call.world, dict(call.params)
    if ("product" in params) == ("product_data" in params):
        raise InvalidRequest("You must specify exactly one of product and product_data.", code="parameter_missing", param="product")
    if "product_data" in params:
        from . import products

        made = products.create(Call(world, call.contract, params.pop("product_data"), {}))
        params["product"] = made["id"]
    return make_price(world, params)


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
    _add_options(price, params.get("currency_options"))
    if params.get("lookup_key"):
        _take_lookup_key(world, price, params["lookup_key"], params.get("transfer_lookup_key", False))
    world.put(price)
    world.emit("price.created", price)
    return price


@route("GET", "/v1/prices/{id}", scope="plan_read")
def retrieve(call: Call) -> dict:
    return call.world.get("price", call.path["id"])


@route("POST", "/v1/prices/{id}", scope="plan_write",
       takes=("active", "currency_options", "lookup_key", "metadata", "nickname", "tax_behavior", "transfer_lookup_key"))  # fmt: skip
def update(call: Call) -> dict:
    world, params = call.world, call.params
    price = world.get("price", call.path["id"])
    with world.changing(price, "price.updated"):
        if "lookup_key" in params:
            if params["lookup_key"] == "":
                price["lookup_key"] = None
            else:
                _take_lookup_key(world, price, params["lookup_key"], params.get("transfer_lookup_key", False))
        assign(price, params, "active", "nickname", "tax_behavior")
        price["metadata"] = metadata(price["metadata"], params.get("metadata"))
        _add_options(price, params.get("currency_options"))
    return price


@route("GET", "/v1/prices", scope="plan_read", takes=("active", "created", "currency", "lookup_keys", "product", "recurring", "type"))
def list_all(call: Call) -> Page:
    world, params = call.world, call.params
    if "lookup_keys" in params:
        if len(params["lookup_keys"]) > 10:
            raise InvalidRequest("You may only specify up to 10 lookup_keys.", param="lookup_keys")
        rows = [row for key in params["lookup_keys"] for row in world.by("price", "lookup_key", key)]
        rows.sort(key=lambda row: row["created"], reverse=True)
    elif "product" in params:
        rows = newest_first(world.by("price", "product", params["product"]))
    else:
        rows = world.newest("price")
    wanted = params.get("recurring", {})
    rows = [row for row in rows if all((row["recurring"] or {}).get(name) == value for name, value in wanted.items())]
    return listing(call, rows, "active", "currency", "product", "type")


@include("price", "currency_options")
def currency_options(_: World, price: dict) -> dict:
    return price["_currency_options"]


@lookup("plan")
def plan(world: World, price_id: str) -> dict:
    """The price in the words of the older Plan object, which subscription items still carry."""
    price = world.get("price", price_id)
    recurring = price["recurring"] or {}
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring.get("interval"),
        "interval_count": recurring.get("interval_count"),
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": recurring.get("trial_period_days"),
        "usage_type": recurring.get("usage_type"),
    }


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


def _add_options(price: dict, given: object) -> None:
    for currency, option in (unset(given) or {}).items():  # type: ignore[attr-defined]
        if set(option) - {"unit_amount", "unit_amount_decimal", "tax_behavior"}:
            raise NotSupported("A currency option other than an amount", f"currency_options[{currency}]")
        amount, decimal = _amount(option, f"currency_options[{currency}][unit_amount]")
        price["_currency_options"][currency.lower()] = _option(amount, decimal, option)


def _take_lookup_key(world: World, price: dict, key: str, transfer: bool) -> None:
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
