"""Payment methods: cards, SEPA and BECS debits."""

from ..engine import methods
from ..errors import InvalidRequest, NotSupported
from ..registry import Call, Page, route
from ..support import address, assign, listing, live_customer, metadata
from ..world import newest_first


@route(
    "POST",
    "/v1/payment_methods",
    scope="payment_method_write",
    publishable=True,
    takes="type card sepa_debit au_becs_debit billing_details metadata allow_redisplay".split(),
)
def create(call: Call) -> dict:
    world, params = call.world, call.params
    kind = params.get("type", "card")
    billing = params.get("billing_details")
    if kind == "card":
        method = _card(call, billing)
    elif kind == "sepa_debit":
        method = methods.sepa_method(world, _detail(params, kind, "iban"), billing)
    elif kind == "au_becs_debit":
        bsb, account = _detail(params, kind, "bsb_number"), _detail(params, kind, "account_number")
        method = methods.becs_method(world, bsb, account, billing)
    else:
        raise NotSupported(f"The payment method type {kind}", "type")
    method["metadata"] = metadata({}, params.get("metadata"))
    assign(method, params, "allow_redisplay")
    return method


def _card(call: Call, billing: dict | None) -> dict:
    card = call.params.get("card")
    if card is None:
        raise InvalidRequest("Missing required param: card.", code="parameter_missing", param="card")
    if "token" in card:
        if card["token"] not in methods.TOKENS:
            raise InvalidRequest(f"No such token: '{card['token']}'", code="resource_missing", param="card[token]", status=404)
        year = 2034
        return methods.card_method(call.world, methods.TOKENS[card["token"]], 12, year, billing, checks_cvc=False)
    number = str(_detail(call.params, "card", "number")).replace(" ", "")
    month, year = _detail(call.params, "card", "exp_month"), _detail(call.params, "card", "exp_year")
    methods.check_card(call.world, number, month, year, card.get("cvc"))
    return methods.card_method(call.world, number, month, year + 2000 if year < 100 else year, billing, checks_cvc="cvc" in card)


def _detail(params: dict, kind: str, name: str):
    value = (params.get(kind) or {}).get(name)
    if value in (None, ""):
        raise InvalidRequest(f"Missing required param: {kind}[{name}].", code="parameter_missing", param=f"{kind}[{name}]")
    return value


@route("GET", "/v1/payment_methods/{id}", scope="payment_method_read")
def retrieve(call: Call) -> dict:
    return methods.usable(call.world, call.path["id"], "payment_method")


@route("POST", "/v1/payment_methods/{id}", scope="payment_method_write", takes=("allow_redisplay", "billing_details", "card", "metadata"))
def update(call: Call) -> dict:
    world, params = call.world, call.params
    method = world.get("payment_method", call.path["id"], "payment_method")
    if method["customer"] is None:
        raise InvalidRequest(
            "You must save this PaymentMethod to a customer before you can update it.",
            code="payment_method_not_attached",
            param="payment_method",
        )
    with world.changing(method, "payment_method.updated"):
        for name, value in (params.get("billing_details") or {}).items():
            method["billing_details"][name] = address(value) if name == "address" else value or None
        for name in ("exp_month", "exp_year"):
            if name in (params.get("card") or {}):
                method["card"][name] = params["card"][name]
        assign(method, params, "allow_redisplay")
        method["metadata"] = metadata(method["metadata"], params.get("metadata"))
    return method


@route("POST", "/v1/payment_methods/{id}/attach", scope="payment_method_write", takes=("customer",))
def attach(call: Call) -> dict:
    if "customer" not in call.params:
        raise InvalidRequest("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = live_customer(call.world, call.params["customer"])
    return methods.attach(call.world, methods.usable(call.world, call.path["id"], "payment_method"), customer)


@route("POST", "/v1/payment_methods/{id}/detach", scope="payment_method_write")
def detach(call: Call) -> dict:
    """Also no longer anybody's default, as on real accounts."""
    world = call.world
    method = world.get("payment_method", call.path["id"], "payment_method")
    customer = world.find("customer", method["customer"])
    if customer is None:
        raise InvalidRequest(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            code="payment_method_not_attached",
            param="payment_method",
        )
    method["_detached"] = True
    with world.changing(method, "payment_method.detached"):
        method["customer"] = None
    if customer.get("invoice_settings", {}).get("default_payment_method") == method["id"]:
        with world.changing(customer, "customer.updated"):
            customer["invoice_settings"]["default_payment_method"] = None
    for subscription in world.by("subscription", "customer", customer["id"]):
        if subscription["default_payment_method"] == method["id"]:
            with world.changing(subscription, "customer.subscription.updated"):
                subscription["default_payment_method"] = None
    return method


@route("GET", "/v1/payment_methods", scope="payment_method_read", takes=("customer", "type", "allow_redisplay"))
def list_all(call: Call) -> Page:
    if "customer" not in call.params:
        rows = [row for row in call.world.newest("payment_method") if row["customer"]]
    else:
        rows = newest_first(call.world.by("payment_method", "customer", live_customer(call.world, call.params["customer"])["id"]))
    return listing(call, rows, "type", "allow_redisplay")
