"""Checkout Sessions: own-form mode for subscriptions (and for setting up a new payment method)."""

from ..contract import Contract
from ..engine import checkout, checkout_totals, discounts, methods, setups
from ..engine.catalog import make_price, make_product
from ..engine.wishes import choose_currency, refuse_uncovered
from ..errors import InvalidRequest, NotSupported
from ..registry import Call, Page, include, page_url, route, view
from ..settings import DAY, HOUR
from ..support import listing, live_customer, metadata
from ..world import World, newest_first

page_url("checkout.session", "line_items", "/v1/checkout/sessions/{id}/line_items")

TAKES = """
    allow_promotion_codes automatic_tax.enabled billing_address_collection client_reference_id currency customer customer_update
    discounts.coupon discounts.promotion_code expires_at line_items.adjustable_quantity line_items.price line_items.price_data
    line_items.quantity locale metadata mode payment_method_collection payment_method_types phone_number_collection return_url
    saved_payment_method_options setup_intent_data.metadata setup_intent_data.description subscription_data.billing_cycle_anchor
    subscription_data.billing_mode subscription_data.description subscription_data.metadata subscription_data.proration_behavior
    subscription_data.trial_end subscription_data.trial_period_days subscription_data.trial_settings success_url cancel_url ui_mode
    redirect_on_completion submit_type
""".split()

# The own-form mode's name in each release.
OWN_FORM = {True: "custom", False: "elements"}
REFUSED_IN_OWN_FORM = ("success_url", "cancel_url", "submit_type", "redirect_on_completion")


@route("POST", "/v1/checkout/sessions", scope="checkout_session_write", takes=TAKES)
def create(call: Call) -> dict:
    world, params = call.world, call.params
    own_form = OWN_FORM[call.contract.is_clover]
    mode = params.get("mode")
    _check_mode(params, own_form)
    refuse_uncovered(params)
    refuse_uncovered(params.get("subscription_data") or {}, "subscription_data.")
    if "customer" not in params:
        raise NotSupported("A Checkout Session without a customer", "customer")
    customer = live_customer(world, params["customer"])
    now = world.now(customer)
    lines = [] if mode == "setup" else _line_items(call, params)
    currency = params.get("currency")
    if lines:
        currency = choose_currency(world, [line["price"] for line in lines], currency, customer)
    session_id = world.new_id("cs_test", 58)
    data = params.get("subscription_data") or {}
    if "trial_end" in data and data["trial_end"] < now + 2 * DAY:
        raise InvalidRequest("The `trial_end` date has to be at least 2 days in the future.", param="subscription_data[trial_end]")
    session = {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": params.get("allow_promotion_codes"),
        "amount_subtotal": None,
        "amount_total": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": None,
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": f"{session_id}_secret_{world.new_id('x', 42)[2:]}",
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": now,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {"after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None},
        "customer": customer["id"],
        "customer_account": None,
        "customer_creation": None,
        "customer_details": {**checkout.BLANK_DETAILS, "email": customer["email"], "name": customer["name"], "phone": customer["phone"]},
        "customer_email": None,
        "discounts": [],
        "expires_at": _expires_at(params.get("expires_at"), now, world.settings.session_seconds),
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": metadata({}, params.get("metadata")),
        "mode": mode,
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": params.get("payment_method_collection", "always") if mode == "subscription" else None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": params.get("payment_method_types") or methods.offered(world, currency),
        "payment_status": "unpaid" if mode == "subscription" else "no_payment_required",
        "permissions": None,
        "phone_number_collection": {"enabled": (params.get("phone_number_collection") or {}).get("enabled", False)},
        "recovered_from": None,
        "return_url": params.get("return_url"),
        "saved_payment_method_options": {
            "allow_redisplay_filters": ["always"],
            "payment_method_remove": "disabled",
            "payment_method_save": None,
            **(params.get("saved_payment_method_options") or {}),
        },
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "success_url": None,
        "total_details": None,
        "ui_mode": "elements",
        "url": None,
        "wallet_options": None,
        "_line_items": lines,
        "_coupons": [],
        "_subscription_data": data,
        "_trial_days": data.get("trial_period_days"),
        "_trial_end": data.get("trial_end"),
        "_customer_update": params.get("customer_update") or {},
        "_collected": {},
        "_clock": {"test_clock": customer["test_clock"]},
        "_intent": None,
        "_setup_intent": None,
        "_method": None,
        "_last_error": None,
    }
    for position, entry in enumerate(params.get("discounts") or []):
        coupon, code = discounts.resolve(world, entry, customer, now, f"discounts[{position}]")
        session["_coupons"].append({"coupon": coupon["id"], "promotion_code": code["id"] if code else None})
    if mode == "setup":
        intent = setups.new_setup_intent(world, customer, owner=("checkout.session", session_id))
        intent["metadata"] = metadata({}, (params.get("setup_intent_data") or {}).get("metadata"))
        session["setup_intent"] = intent["id"]
    checkout_totals.recount(world, session)
    world.put(session)
    world.clock_of(customer).at(session["expires_at"], "checkout.session.expires", session_id)
    return session


def _check_mode(params: dict, own_form: str) -> None:
    mode = params.get("mode")
    if mode is None:
        raise InvalidRequest("Missing required param: mode.", code="parameter_missing", param="mode")
    ui_mode = params.get("ui_mode")
    if ui_mode != own_form:
        shown = ui_mode or "hosted (the default)"
        raise NotSupported(f"Checkout with ui_mode {shown}; only your own form (ui_mode {own_form})", "ui_mode")
    if mode == "payment":
        raise NotSupported("Checkout in mode payment", "mode")
    for name in REFUSED_IN_OWN_FORM:
        if name in params:
            raise InvalidRequest(f"`{name}` is not allowed if `ui_mode` is `{own_form}`.", param=name)
    if "return_url" not in params:
        raise InvalidRequest(f"`return_url` is required if `ui_mode` is `{own_form}`.", code="parameter_missing", param="return_url")
    if mode == "setup" and params.get("line_items"):
        raise InvalidRequest("You can not pass `line_items` in `setup` mode.", param="line_items")
    if params.get("discounts") and params.get("allow_promotion_codes"):
        raise InvalidRequest("You may only specify one of these parameters: allow_promotion_codes, discounts.", param="discounts")
    if mode == "setup" and params.get("subscription_data"):
        raise InvalidRequest("You can not pass `subscription_data` in `setup` mode.", param="subscription_data")


def _line_items(call: Call, params: dict) -> list[dict]:
    world, lines = call.world, []
    for position, entry in enumerate(params.get("line_items") or []):
        param = f"line_items[{position}]"
        if "price_data" in entry:
            data = dict(entry["price_data"])
            if "product_data" in data:
                data["product"] = make_product(world, data.pop("product_data"))["id"]
            price = make_price(world, data, active=False)
        elif "price" in entry:
            price = world.get("price", entry["price"], f"{param}[price]")
            if not price["active"]:
                raise InvalidRequest(
                    f"The price specified is inactive. This field only accepts active prices: {price['id']}", param=f"{param}[price]"
                )
        else:
            raise InvalidRequest(f"Missing required param: {param}[price].", code="parameter_missing", param=f"{param}[price]")
        quantity = entry.get("quantity")
        if quantity is None:
            raise InvalidRequest(f"Missing required param: {param}[quantity].", code="parameter_missing", param=f"{param}[quantity]")
        adjustable = entry.get("adjustable_quantity") or {}
        lines.append(
            {
                "id": world.new_id("li"),
                "price": price["id"],
                "quantity": quantity,
                "adjustable_quantity": {"minimum": adjustable.get("minimum", 0), "maximum": adjustable.get("maximum", 99)}
                if adjustable.get("enabled")
                else None,
            }
        )
    recurring = [world.get("price", line["price"])["recurring"] for line in lines]
    if not any(recurring):
        raise InvalidRequest("You must provide at least one recurring price in `subscription` mode when using prices.", param="line_items")
    return lines


def _expires_at(given: int | None, now: int, default: int) -> int:
    if given is None:
        return now + default
    if not now + HOUR // 2 <= given <= now + DAY:
        raise InvalidRequest(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.", param="expires_at"
        )
    return given


@route("GET", "/v1/checkout/sessions/{id}", scope="checkout_session_read")
def retrieve(call: Call) -> dict:
    return call.world.get("checkout.session", call.path["id"], "session")


@route("POST", "/v1/checkout/sessions/{id}", scope="checkout_session_write", takes=("metadata",))
def update(call: Call) -> dict:
    session = call.world.get("checkout.session", call.path["id"], "session")
    session["metadata"] = metadata(session["metadata"], call.params.get("metadata"))
    return session


@route(
    "GET",
    "/v1/checkout/sessions",
    scope="checkout_session_read",
    takes="created customer customer_details payment_intent status subscription".split(),
)
def list_all(call: Call) -> Page:
    world, params = call.world, call.params
    rows = None
    for name in ("customer", "subscription"):
        if rows is None and name in params:
            rows = newest_first(world.by("checkout.session", name, params[name]))
    if rows is None:
        rows = world.newest("checkout.session")
    email = (params.get("customer_details") or {}).get("email")
    if email is not None:
        rows = [row for row in rows if (row["customer_details"] or {}).get("email") == email]
    return listing(call, rows, "status", "customer", "subscription", "payment_intent")


@route("POST", "/v1/checkout/sessions/{id}/expire", scope="checkout_session_write")
def expire(call: Call) -> dict:
    session = call.world.get("checkout.session", call.path["id"], "session")
    if session["status"] != "open":
        raise InvalidRequest(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `{session["status"]}`.'
        )
    checkout.expire(call.world, session)
    return session


@route("GET", "/v1/checkout/sessions/{id}/line_items", scope="checkout_session_read")
def list_line_items(call: Call) -> Page:
    return Page(line_items(call.world, retrieve(call)))


@include("checkout.session", "line_items")
def line_items(world: World, session: dict) -> list[dict]:
    if session["mode"] == "setup":
        return []
    return [
        {
            "id": line["id"],
            "object": "item",
            "adjustable_quantity": line["adjustable_quantity"] and {"enabled": True, **line["adjustable_quantity"]},
            "amount_discount": line["amount_discount"],
            "amount_subtotal": line["amount_subtotal"],
            "amount_tax": 0,
            "amount_total": line["amount_total"],
            "currency": session["currency"],
            "description": world.get("product", line["product"])["name"],
            "price": line["price"],
            "quantity": line["quantity"],
        }
        for line in checkout_totals.priced_lines(world, world.get("checkout.session", session["id"]))
    ]


@view("checkout.session")
def in_release(_: World, session: dict, contract: Contract) -> dict:
    """The own-form mode goes by another name in each release."""
    return {**session, "ui_mode": OWN_FORM[contract.is_clover]}
