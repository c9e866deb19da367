"""Customers."""

from ..engine import cancellation, methods
from ..errors import InvalidRequest
from ..registry import Call, Page, include, route
from ..support import address, assign, deleted, listing, live_customer, metadata, unset
from ..world import World, newest_first

FIELDS = ("email", "name", "phone", "description", "business_name", "individual_name", "tax_exempt", "preferred_locales")
TAKES = """
    address balance description email invoice_prefix invoice_settings metadata name business_name individual_name
    next_invoice_sequence phone preferred_locales shipping tax_exempt
""".split()


@route("POST", "/v1/customers", scope="customer_write", takes=(*TAKES, "payment_method", "test_clock"))
def create(call: Call) -> dict:
    world, params = call.world, call.params
    if "test_clock" in params:
        world.get("test_helpers.test_clock", params["test_clock"], "test_clock")
    customer = {
        "id": world.new_id("cus", 14),
        "object": "customer",
        "address": address(params.get("address")),
        "balance": params.get("balance", 0),
        "created": 0,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": params.get("invoice_prefix"),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None},
        "livemode": False,
        "metadata": metadata({}, params.get("metadata")),
        "name": None,
        "next_invoice_sequence": params.get("next_invoice_sequence", 1),
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": params.get("test_clock"),
    }
    customer["created"] = world.now(customer)
    customer["invoice_prefix"] = customer["invoice_prefix"] or customer["id"][-8:].upper()
    _assign(world, customer, params)
    world.put(customer)
    if "payment_method" in params:
        methods.attach(world, methods.usable(world, params["payment_method"], "payment_method"), customer)
    world.emit("customer.created", customer)
    return customer


@route("GET", "/v1/customers/{id}", scope="customer_read")
def retrieve(call: Call) -> dict:
    return call.world.get("customer", call.path["id"])


@route("POST", "/v1/customers/{id}", scope="customer_write", takes=TAKES)
def update(call: Call) -> dict:
    world = call.world
    customer = live_customer(world, call.path["id"], "id")
    settings = call.params.get("invoice_settings")
    if isinstance(settings, dict) and settings.get("default_payment_method"):
        _require_own_method(world, customer, settings["default_payment_method"])
    with world.changing(customer, "customer.updated"):
        _assign(world, customer, call.params)
        customer["metadata"] = metadata(customer["metadata"], call.params.get("metadata"))
    return customer


@route("DELETE", "/v1/customers/{id}", scope="customer_write")
def delete(call: Call) -> dict:
    world = call.world
    customer = live_customer(world, call.path["id"], "id")
    for subscription in world.by("subscription", "customer", customer["id"]):
        if subscription["status"] not in cancellation.ENDED:
            cancellation.cancel_now(world, subscription)
    for method in world.by("payment_method", "customer", customer["id"]):
        method["customer"] = None
        world.put(method)
    marker = deleted(customer)
    world.emit("customer.deleted", customer)
    world.put({**marker, "test_clock": None})
    return marker


@route("GET", "/v1/customers", scope="customer_read", takes=("created", "email", "test_clock"))
def list_all(call: Call) -> Page:
    world, params = call.world, call.params
    if "email" in params:
        rows = newest_first(world.by("customer", "email", params["email"]))
    else:
        rows = newest_first(world.by("customer", "test_clock", params.get("test_clock")))
    return listing(call, [row for row in rows if not row.get("deleted")])


@route("GET", "/v1/customers/{id}/payment_methods", scope="payment_method_read", takes=("type", "allow_redisplay"))
def payment_methods(call: Call) -> Page:
    customer = live_customer(call.world, call.path["id"], "id")
    return listing(call, newest_first(call.world.by("payment_method", "customer", customer["id"])), "type", "allow_redisplay")


@route("GET", "/v1/customers/{id}/payment_methods/{method}", scope="payment_method_read")
def payment_method(call: Call) -> dict:
    customer = live_customer(call.world, call.path["id"], "id")
    _require_own_method(call.world, customer, call.path["method"])
    return call.world.get("payment_method", call.path["method"])


@include("customer", "subscriptions")
def subscriptions(world: World, customer: dict) -> list[dict]:
    return [s for s in newest_first(world.by("subscription", "customer", customer["id"])) if s["status"] not in cancellation.ENDED]


@include("customer", "invoice_credit_balance")
def invoice_credit_balance(_: World, customer: dict) -> dict:
    return {customer["currency"]: customer["balance"]} if customer["currency"] else {}


def _assign(world: World, customer: dict, params: dict) -> None:
    assign(customer, params, *FIELDS)
    if "address" in params:
        customer["address"] = address(params["address"])
    if "shipping" in params:
        given = params["shipping"]
        customer["shipping"] = given and {
            "address": address(given.get("address")),
            "name": given.get("name"),
            "phone": unset(given.get("phone")),
        }
        customer["shipping"] = customer["shipping"] or None
    for name in ("balance", "invoice_prefix", "next_invoice_sequence"):
        if name in params:
            customer[name] = params[name]
    for name, value in (params.get("invoice_settings") or {}).items():
        customer["invoice_settings"][name] = unset(value)


def _require_own_method(world: World, customer: dict, method_id: str) -> None:
    method = world.find("payment_method", method_id)
    if method is None or method["customer"] != customer["id"]:
        raise InvalidRequest(
            f"The customer does not have a payment method with the ID {method_id}. The payment method must be attached to the customer.",
            code="resource_missing",
            param="invoice_settings[default_payment_method]",
        )
