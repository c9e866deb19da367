"""What Stripe.js and the CLI talk to while a customer pays: the page behind a Checkout Session. No SDK declares these calls."""

from ..engine import checkout, checkout_totals, discounts, methods
from ..errors import InvalidRequest, ResourceMissing
from ..money import divisor
from ..registry import Call, route
from ..server.forms import bracket
from ..support import address
from ..world import World

PAGES = "/v1/payment_pages/{id}"


@route("GET", PAGES, scope="checkout_session_read", publishable=True, own=True)
def retrieve(call: Call) -> dict:
    return page(call.world, _session(call))


@route("POST", f"{PAGES}/init", scope="checkout_session_read", publishable=True, own=True)
def init(call: Call) -> dict:
    return page(call.world, _session(call))


@route("POST", PAGES, scope="checkout_session_write", publishable=True, own=True)
def update(call: Call) -> dict:
    """What the customer enters or changes on the page."""
    world, params = call.world, call.params
    session = _session(call)
    if session["status"] != "open":
        raise InvalidRequest(f"This Checkout Session is {session['status']}.", code="checkout_session_not_open")
    _refuse_unknown(
        params,
        (
            "client_secret",
            "email",
            "phone_number",
            "billing_address",
            "shipping_address",
            "promotion_code",
            "remove_promotion_code",
            "line_item",
        ),
    )
    _collect(session, params)
    if "promotion_code" in params:
        _apply_code(world, session, params["promotion_code"])
    if params.get("remove_promotion_code") == "true":
        session["_coupons"] = [entry for entry in session["_coupons"] if entry["promotion_code"] is None]
    if "line_item" in params:
        _set_quantity(session, params["line_item"])
    checkout_totals.recount(world, session)
    return page(world, session)


@route("POST", f"{PAGES}/confirm", scope="checkout_session_write", publishable=True, own=True)
def confirm(call: Call) -> dict:
    world, params = call.world, call.params
    session = _session(call)
    if "payment_method" not in params:
        raise InvalidRequest("Missing required param: payment_method.", code="parameter_missing", param="payment_method")
    method = methods.usable(world, params["payment_method"], "payment_method")
    if method["customer"] not in (None, session["customer"]):
        raise ResourceMissing("payment_method", params["payment_method"], "payment_method")
    expected = params.get("expected_amount")
    if expected is not None and not str(expected).lstrip("-").isdigit():
        raise InvalidRequest(f"Invalid integer: {expected}", code="parameter_invalid_integer", param="expected_amount")
    _collect(session, params)
    checkout.confirm(world, session, method, int(expected) if expected is not None else None)
    return page(world, session)


def _session(call: Call) -> dict:
    """The session, for who may see it: a secret key, or the publishable key with the session's client secret."""
    session = call.world.get("checkout.session", call.path["id"], "session")
    secret = call.params.get("client_secret")
    if (call.publishable or secret is not None) and secret != session["client_secret"]:
        raise ResourceMissing("checkout.session", call.path["id"], "client_secret")
    return session


def _refuse_unknown(params: dict, known: tuple[str, ...]) -> None:
    for name in params:
        if name not in known:
            raise InvalidRequest(f"Received unknown parameter: {name}", code="parameter_unknown", param=bracket((name,)))


def _collect(session: dict, params: dict) -> None:
    collected = session["_collected"]
    for name, key in (("email", "email"), ("phone_number", "phone")):
        if name in params:
            collected[key] = params[name] or None
    for name in ("billing_address", "shipping_address"):
        if isinstance(params.get(name), dict):
            given = params[name]
            where = given.get("address") if isinstance(given.get("address"), dict) else given
            collected[name] = {"name": given.get("name") or None, "address": address(where), "phone": given.get("phone") or None}


def _apply_code(world: World, session: dict, text: str) -> None:
    """Raises InvalidRequest for a code that does not exist or that this customer cannot use."""
    if not session["allow_promotion_codes"]:
        raise InvalidRequest("This session does not accept promotion codes.", param="promotion_code")
    customer = world.find("customer", session["customer"])
    now = world.now(customer)
    found = [code for code in world.by("promotion_code", "code", text.strip().upper()) if code["active"]]
    if not found:
        raise InvalidRequest("This promotion code is invalid.", code="resource_missing", param="promotion_code")
    discounts.check_code(world, found[0], customer, now, "promotion_code")
    coupon = world.get("coupon", found[0]["promotion"]["coupon"])
    if not discounts.valid(coupon, now):
        raise InvalidRequest("This promotion code is inactive or has expired.", code="promotion_code_expired", param="promotion_code")
    minimum = found[0]["restrictions"]["minimum_amount"]
    if minimum is not None and (session["amount_subtotal"] or 0) < minimum:
        raise InvalidRequest("This promotion code needs a higher amount.", code="promotion_code_minimum_amount", param="promotion_code")
    session["_coupons"] = [{"coupon": coupon["id"], "promotion_code": found[0]["id"]}]


def _set_quantity(session: dict, given: dict) -> None:
    for line in session["_line_items"]:
        if line["id"] == given.get("id"):
            limits = line["adjustable_quantity"]
            quantity = int(given.get("quantity", 0)) if str(given.get("quantity", "")).isdigit() else -1
            if limits is None or not limits["minimum"] <= quantity <= limits["maximum"]:
                raise InvalidRequest("The quantity of this line item cannot be changed to that.", param="line_item[quantity]")
            line["quantity"] = quantity
            return
    raise ResourceMissing("line_item", str(given.get("id")), "line_item[id]")


# --------------------------------------------------------------------------------------------------------- page
def page(world: World, session: dict) -> dict:
    """All a form needs to show. Amounts are integer minor units."""
    lines = [] if session["mode"] == "setup" else checkout_totals.priced_lines(world, session)
    customer = world.find("customer", session["customer"]) or {}
    collected = session["_collected"]
    total = session["amount_total"] or 0
    subtotal = session["amount_subtotal"] or 0
    currency = session["currency"] or "usd"
    return {
        "id": "ppage_" + session["id"][8:32],
        "object": "payment_page",
        "session_id": session["id"],
        "status": session["status"],
        "payment_status": session["payment_status"],
        "mode": session["mode"],
        "ui_mode": session["ui_mode"],
        "currency": currency,
        "livemode": False,
        "customer_email": customer.get("email"),
        "email": collected.get("email") or customer.get("email"),
        "phone": collected.get("phone") or customer.get("phone"),
        "billing_address": collected.get("billing_address"),
        "shipping_address": collected.get("shipping_address"),
        "line_items": [_line(world, line, currency) for line in lines],
        "totals": {
            "subtotal": subtotal,
            "discount": subtotal - total,
            "tax_exclusive": 0,
            "tax_inclusive": 0,
            "shipping": 0,
            "total": total,
        },
        "recurring": _recurring(world, session),
        "discount_amounts": _discount_amounts(world, session, lines),
        "allow_promotion_codes": bool(session["allow_promotion_codes"]),
        "minor_units_amount_divisor": divisor(currency),
        "payment_method_types": session["payment_method_types"],
        "saved_payment_methods": [],
        "return_url": session["return_url"],
        "last_payment_error": _error(session["_last_error"]),
        "payment_intent": _intent(world.find("payment_intent", session["_intent"])),
        "setup_intent": _intent(world.find("setup_intent", session["_setup_intent"] or session["setup_intent"])),
        "business_name": world.settings.business_name,
    }


def _line(world: World, line: dict, currency: str) -> dict:
    product = world.get("product", line["product"])
    recurring = line["recurring"]
    return {
        "id": line["id"],
        "price": line["price"],
        "name": product["name"],
        "description": product["description"],
        "quantity": line["quantity"],
        "unit_amount": line["unit_amount"],
        "amount_subtotal": line["amount_subtotal"],
        "amount_discount": line["amount_discount"],
        "amount_tax": 0,
        "amount_total": line["amount_total"],
        "currency": currency,
        "recurring": recurring and {"interval": recurring["interval"], "interval_count": recurring["interval_count"]},
        "adjustable_quantity": line["adjustable_quantity"],
        "images": product["images"],
    }


def _recurring(world: World, session: dict) -> dict | None:
    if session["mode"] == "setup":
        return None
    due = checkout_totals.due_next(world, session)
    first = next((p for p in (world.get("price", line["price"])["recurring"] for line in session["_line_items"]) if p), None)
    if due is None or first is None:
        return None
    days, end = session["_trial_days"], session["_trial_end"]
    now = world.now(session["_clock"])
    trial = {"trial_end": end or now + days * 86_400, "trial_period_days": days} if days or end else None
    amounts = {**due, "tax_exclusive": 0, "tax_inclusive": 0, "shipping": 0}
    return {"interval": first["interval"], "interval_count": first["interval_count"], "due_next": amounts, "trial": trial}


def _discount_amounts(world: World, session: dict, lines: list[dict]) -> list[dict]:
    shown = []
    for discount in checkout_totals.promised_discounts(session):
        coupon = discounts.coupon_of(world, discount)
        code = world.find("promotion_code", discount["promotion_code"])
        amount = sum(entry["amount"] for line in lines for entry in line["discounts"] if entry["discount"] == discount["id"])
        shown.append(
            {
                "amount": amount,
                "display_name": coupon["name"] or coupon["id"],
                "promotion_code": code["code"] if code else None,
                "percent_off": coupon["percent_off"],
            }
        )
    return shown


def _intent(intent: dict | None) -> dict | None:
    if intent is None:
        return None
    return {name: intent[name] for name in ("id", "object", "status", "client_secret", "next_action")}


def _error(error: dict | None) -> dict | None:
    return error and {"message": error["message"], "code": error["code"], "decline_code": error.get("decline_code")}
