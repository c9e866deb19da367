"""Prices: what is asked for a product, per currency. Amounts are integer minor units."""

from ..engine.catalog import add_currency_options, make_price, make_product, take_lookup_key
from ..errors import InvalidRequest
from ..registry import Call, Page, include, lookup, route
from ..support import assign, listing, metadata
from ..world import World, newest_first

CREATE = """
    active billing_scheme currency currency_options lookup_key metadata nickname product product_data.name product_data.metadata
    product_data.active product_data.id product_data.statement_descriptor product_data.unit_label recurring.interval
    recurring.interval_count recurring.trial_period_days recurring.usage_type tax_behavior transfer_lookup_key unit_amount
    unit_amount_decimal
""".split()


@route("POST", "/v1/prices", scope="plan_write", takes=CREATE)
def create(call: Call) -> dict:
    world, params = call.world, dict(call.params)
    if ("product" in params) == ("product_data" in params):
        raise InvalidRequest("You must specify exactly one of product and product_data.", code="parameter_missing", param="product")
    if "product_data" in params:
        params["product"] = make_product(world, params.pop("product_data"))["id"]
    return make_price(world, params)


@route("GET", "/v1/prices/{id}", scope="plan_read")
def retrieve(call: Call) -> dict:
    return call.world.get("price", call.path["id"])


@route(
    "POST",
    "/v1/prices/{id}",
    scope="plan_write",
    takes="active currency_options lookup_key metadata nickname tax_behavior transfer_lookup_key".split(),
)
def update(call: Call) -> dict:
    world, params = call.world, call.params
    price = world.get("price", call.path["id"])
    if params.get("active") is False and world.get("product", price["product"])["default_price"] == price["id"]:
        # Source: the answer that users report, in stripe/stripe-python#658 and elsewhere; nobody shows a code or a param with it.
        raise InvalidRequest("This price cannot be archived because it is the default price of its product.")
    with world.changing(price, "price.updated"):
        if "lookup_key" in params:
            if params["lookup_key"] == "":
                price["lookup_key"] = None
            else:
                take_lookup_key(world, price, params["lookup_key"], params.get("transfer_lookup_key", False))
        assign(price, params, "active", "nickname", "tax_behavior")
        price["metadata"] = metadata(price["metadata"], params.get("metadata"))
        add_currency_options(price, params.get("currency_options"))
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
