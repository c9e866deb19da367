"""Coupons, the codes that redeem them, and the discounts that come of it."""

from ..engine import discounts
from ..errors import InvalidRequest
from ..registry import Call, Page, include, route
from ..support import assign, deleted, listing, live_customer, metadata
from ..world import World, newest_first

CREATE = """
    amount_off applies_to currency currency_options duration duration_in_months id max_redemptions metadata name percent_off redeem_by
""".split()

CREATE_CODE = """
    active code customer expires_at max_redemptions metadata promotion.type promotion.coupon
    restrictions.first_time_transaction restrictions.minimum_amount restrictions.minimum_amount_currency
""".split()


@route("POST", "/v1/coupons", scope="coupon_write", takes=CREATE)
def create(call: Call) -> dict:
    world, params = call.world, call.params
    _check(params)
    coupon_id = params.get("id") or world.new_id("x", 8)[2:]
    if world.find("coupon", coupon_id):
        raise InvalidRequest("Coupon already exists.", code="resource_already_exists", param="id")
    coupon = {
        "id": coupon_id,
        "object": "coupon",
        "amount_off": params.get("amount_off"),
        "created": world.now(),
        "currency": params["currency"].lower() if "amount_off" in params else None,
        "duration": params.get("duration", "once"),
        "duration_in_months": params.get("duration_in_months"),
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": metadata({}, params.get("metadata")),
        "name": params.get("name"),
        "percent_off": params.get("percent_off"),
        "redeem_by": params.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
        "_applies_to": params.get("applies_to"),
        "_currency_options": params.get("currency_options"),
    }
    coupon["valid"] = discounts.valid(coupon, world.now())
    world.put(coupon)
    world.emit("coupon.created", coupon)
    return coupon


def _check(params: dict) -> None:
    if ("amount_off" in params) == ("percent_off" in params):
        raise InvalidRequest("You must pass exactly one of `percent_off` and `amount_off`.", code="parameter_missing", param="percent_off")
    if not 0 < params.get("percent_off", 1) <= 100:
        raise InvalidRequest("Invalid percent_off: must be greater than 0 and at most 100.", param="percent_off")
    if params.get("amount_off", 1) <= 0:
        raise InvalidRequest("Invalid positive integer", code="parameter_invalid_integer", param="amount_off")
    if "amount_off" in params and "currency" not in params:
        raise InvalidRequest("You must pass `currency` when passing `amount_off`.", code="parameter_missing", param="currency")
    if (params.get("duration", "once") == "repeating") != ("duration_in_months" in params):
        raise InvalidRequest("`duration_in_months` goes with a duration of `repeating`, and only with that.", param="duration_in_months")


@route("GET", "/v1/coupons/{id}", scope="coupon_read")
def retrieve(call: Call) -> dict:
    return call.world.get("coupon", call.path["id"], "coupon")


@route("POST", "/v1/coupons/{id}", scope="coupon_write", takes=("metadata", "name"))
def update(call: Call) -> dict:
    coupon = retrieve(call)
    with call.world.changing(coupon, "coupon.updated"):
        assign(coupon, call.params, "name")
        coupon["metadata"] = metadata(coupon["metadata"], call.params.get("metadata"))
    return coupon


@route("DELETE", "/v1/coupons/{id}", scope="coupon_write")
def delete(call: Call) -> dict:
    """Discounts already given stay: only new redemptions end."""
    coupon = retrieve(call)
    coupon.update(valid=False, max_redemptions=coupon["times_redeemed"])
    call.world.emit("coupon.deleted", coupon)
    return deleted(coupon)


@route("GET", "/v1/coupons", scope="coupon_read", takes=("created",))
def list_all(call: Call) -> Page:
    return listing(call, call.world.newest("coupon"))


@include("coupon", "applies_to")
def applies_to(_: World, coupon: dict) -> dict | None:
    return coupon["_applies_to"]


@include("coupon", "currency_options")
def currency_options(_: World, coupon: dict) -> dict | None:
    return coupon["_currency_options"]


# --------------------------------------------------------------------------------------------- promotion codes
@route(
    "POST",
    "/v1/promotion_codes",
    scope="promotion_code_write",
    takes=CREATE_CODE,
)
def create_code(call: Call) -> dict:
    world, params = call.world, call.params
    coupon = world.get("coupon", params["promotion"].get("coupon", ""), "promotion[coupon]")
    code = (params.get("code") or world.new_id("x", 8)[2:]).upper()
    for other in world.by("promotion_code", "code", code):
        if other["active"]:
            raise InvalidRequest("An active promotion code with `code: " + code + "` already exists.", param="code")
    if "customer" in params:
        live_customer(world, params["customer"])
    restrictions = params.get("restrictions") or {}
    made = {
        "id": world.new_id("promo"),
        "object": "promotion_code",
        "active": params.get("active", True),
        "code": code,
        "created": world.now(),
        "customer": params.get("customer"),
        "customer_account": None,
        "expires_at": params.get("expires_at"),
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": metadata({}, params.get("metadata")),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": restrictions.get("first_time_transaction", False),
            "minimum_amount": restrictions.get("minimum_amount"),
            "minimum_amount_currency": restrictions.get("minimum_amount_currency"),
        },
        "times_redeemed": 0,
    }
    world.put(made)
    world.emit("promotion_code.created", made)
    return made


@route("GET", "/v1/promotion_codes/{id}", scope="promotion_code_read")
def retrieve_code(call: Call) -> dict:
    return call.world.get("promotion_code", call.path["id"], "promotion_code")


@route("POST", "/v1/promotion_codes/{id}", scope="promotion_code_write", takes=("active", "metadata"))
def update_code(call: Call) -> dict:
    code = retrieve_code(call)
    with call.world.changing(code, "promotion_code.updated"):
        assign(code, call.params, "active")
        code["metadata"] = metadata(code["metadata"], call.params.get("metadata"))
    return code


@route("GET", "/v1/promotion_codes", scope="promotion_code_read", takes=("active", "code", "coupon", "created", "customer"))
def list_codes(call: Call) -> Page:
    world, params = call.world, call.params
    rows = newest_first(world.by("promotion_code", "code", params["code"].upper())) if "code" in params else world.newest("promotion_code")
    if "coupon" in params:
        rows = [row for row in rows if row["promotion"]["coupon"] == params["coupon"]]
    return listing(call, rows, "active", "customer")


# --------------------------------------------------------------------------------------------------- discounts
@route("DELETE", "/v1/subscriptions/{id}/discount", scope="subscription_write")
def delete_discount(call: Call) -> dict:
    """Takes the newest discount off a subscription."""
    world = call.world
    subscription = world.get("subscription", call.path["id"])
    if not subscription["discounts"]:
        raise InvalidRequest(f"No active discount for subscription: {subscription['id']}", code="resource_missing", status=404)
    with world.changing(subscription, "customer.subscription.updated"):
        discount = world.get("discount", subscription["discounts"][-1])
        subscription["discounts"] = subscription["discounts"][:-1]
    world.emit("customer.discount.deleted", discount)
    return {**discount, "deleted": True}
