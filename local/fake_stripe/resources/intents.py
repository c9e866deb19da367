"""Payment intents, setup intents and charges over HTTP, and the stand-in's own end of a bank's challenge."""

from ..engine import invoices, methods, payments, setups
from ..engine.checkout import declined
from ..errors import InvalidRequest, ResourceMissing
from ..registry import Call, Page, route
from ..support import listing, live_customer, metadata
from ..world import newest_first

CREATE = """
    amount automatic_payment_methods confirm currency customer description metadata off_session payment_method payment_method_types
    return_url setup_future_usage
""".split()
CREATE_SETUP = """
    automatic_payment_methods confirm customer description metadata payment_method payment_method_types return_url usage
""".split()


def _own(call: Call, object_name: str) -> dict:
    """The intent, for who may see it: a publishable key needs its client secret."""
    intent = call.world.get(object_name, call.path["id"], "intent")
    secret = call.params.get("client_secret")
    if (call.publishable or secret is not None) and secret != intent["client_secret"]:
        raise ResourceMissing(object_name, call.path["id"], "intent")
    return intent


@route("GET", "/v1/payment_intents/{id}", scope="payment_intent_read", publishable=True, takes=("client_secret",))
def retrieve_payment(call: Call) -> dict:
    return _own(call, "payment_intent")


@route("POST", "/v1/payment_intents", scope="payment_intent_write", takes=CREATE)
def create_payment(call: Call) -> dict:
    world, params = call.world, call.params
    customer = live_customer(world, params["customer"]) if "customer" in params else None
    if params["amount"] < 1:
        raise InvalidRequest("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    intent = payments.new_payment_intent(
        world, customer, params["amount"], params["currency"].lower(), description=params.get("description")
    )
    intent["metadata"] = metadata({}, params.get("metadata"))
    intent["setup_future_usage"] = params.get("setup_future_usage")
    intent["automatic_payment_methods"] = params.get("automatic_payment_methods")
    world.emit("payment_intent.created", intent)
    if params.get("confirm"):
        _pay(call, intent)
    return intent


@route("POST", "/v1/payment_intents/{id}/cancel", scope="payment_intent_write", takes=("cancellation_reason",))
def cancel_payment(call: Call) -> dict:
    intent = call.world.get("payment_intent", call.path["id"], "intent")
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise InvalidRequest(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.", code="payment_intent_unexpected_state"
        )
    payments.cancel(call.world, intent, call.params.get("cancellation_reason"))
    return intent


@route("GET", "/v1/payment_intents", scope="payment_intent_read", takes=("created", "customer"))
def list_payments(call: Call) -> Page:
    return listing(call, _rows(call, "payment_intent"))


@route("POST", "/v1/payment_intents/{id}", scope="payment_intent_write", takes=("metadata", "description"))
def update_payment(call: Call) -> dict:
    intent = call.world.get("payment_intent", call.path["id"], "intent")
    intent["metadata"] = metadata(intent["metadata"], call.params.get("metadata"))
    intent["description"] = call.params.get("description", intent["description"])
    return intent


@route(
    "POST",
    "/v1/payment_intents/{id}/confirm",
    scope="payment_intent_write",
    publishable=True,
    takes="client_secret payment_method return_url off_session use_stripe_sdk setup_future_usage".split(),
)
def confirm_payment(call: Call) -> dict:
    """Pays an open invoice from the browser: with the method given, or the one tried before."""
    intent = _own(call, "payment_intent")
    if intent["status"] == "requires_action":
        return intent
    if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise InvalidRequest(
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.", code="payment_intent_unexpected_state"
        )
    _pay(call, intent)
    return intent


def _pay(call: Call, intent: dict) -> None:
    """Raises CardError when declined."""
    world = call.world
    method_id = call.params.get("payment_method") or ((intent["last_payment_error"] or {}).get("payment_method") or {}).get("id")
    if not method_id:
        raise InvalidRequest(
            "You cannot confirm this PaymentIntent because it's missing a payment method.", code="payment_intent_unexpected_state"
        )
    method = methods.usable(world, method_id, "payment_method")
    customer = world.find("customer", intent["customer"])
    if method["customer"] not in (None, intent["customer"]):
        raise ResourceMissing("payment_method", method_id, "payment_method")
    off_session = bool(call.params.get("off_session"))
    owner = intent["_owner"]
    if owner and owner[0] == "invoice":
        invoices.collect(world, world.get("invoice", owner[1]), method=method, off_session=off_session)
    else:
        payments.charge(world, intent, method, off_session=off_session)
    if intent["status"] in ("succeeded", "processing") and customer:
        methods.bind(world, method, customer)
    if intent["status"] == "requires_payment_method":
        raise declined(intent["last_payment_error"], intent)


@route("POST", "/v1/payment_intents/{id}/authenticate", scope="payment_intent_write", publishable=True, own=True)
def authenticate_payment(call: Call) -> dict:
    return _authenticate(call, "payment_intent")


@route("POST", "/v1/setup_intents/{id}/authenticate", scope="setup_intent_write", publishable=True, own=True)
def authenticate_setup(call: Call) -> dict:
    return _authenticate(call, "setup_intent")


def _authenticate(call: Call, object_name: str) -> dict:
    intent = _own(call, object_name)
    outcome = call.params.get("outcome")
    if outcome not in ("succeed", "fail"):
        raise InvalidRequest("Invalid outcome: must be one of succeed or fail", param="outcome")
    if intent["status"] != "requires_action":
        raise InvalidRequest(
            f"This intent needs no authentication: its status is {intent['status']}.", code="payment_intent_unexpected_state"
        )
    payments.authenticate(call.world, intent, outcome == "succeed")
    return intent


@route("GET", "/v1/setup_intents/{id}", scope="setup_intent_read", publishable=True, takes=("client_secret",))
def retrieve_setup(call: Call) -> dict:
    return _own(call, "setup_intent")


@route("POST", "/v1/setup_intents", scope="setup_intent_write", takes=CREATE_SETUP)
def create_setup(call: Call) -> dict:
    world, params = call.world, call.params
    customer = live_customer(world, params["customer"]) if "customer" in params else None
    intent = setups.new_setup_intent(world, customer)
    intent["metadata"] = metadata({}, params.get("metadata"))
    intent["description"] = params.get("description")
    intent["usage"] = params.get("usage", "off_session")
    if params.get("confirm"):
        _set_up(call, intent)
    return intent


@route("POST", "/v1/setup_intents/{id}", scope="setup_intent_write", takes=("metadata", "description"))
def update_setup(call: Call) -> dict:
    intent = call.world.get("setup_intent", call.path["id"], "intent")
    intent["metadata"] = metadata(intent["metadata"], call.params.get("metadata"))
    intent["description"] = call.params.get("description", intent["description"])
    return intent


@route("POST", "/v1/setup_intents/{id}/cancel", scope="setup_intent_write", takes=("cancellation_reason",))
def cancel_setup(call: Call) -> dict:
    intent = call.world.get("setup_intent", call.path["id"], "intent")
    if intent["status"] in ("succeeded", "canceled"):
        raise InvalidRequest(
            f"You cannot cancel this SetupIntent because it has a status of {intent['status']}.", code="setup_intent_unexpected_state"
        )
    intent.update(status="canceled", cancellation_reason=call.params.get("cancellation_reason"), next_action=None)
    call.world.emit("setup_intent.canceled", intent)
    return intent


@route("GET", "/v1/setup_intents", scope="setup_intent_read", takes=("created", "customer", "payment_method"))
def list_setups(call: Call) -> Page:
    return listing(call, _rows(call, "setup_intent"), "payment_method")


@route(
    "POST",
    "/v1/setup_intents/{id}/confirm",
    scope="setup_intent_write",
    publishable=True,
    takes="client_secret payment_method return_url use_stripe_sdk".split(),
)
def confirm_setup(call: Call) -> dict:
    intent = _own(call, "setup_intent")
    if intent["status"] in ("succeeded", "canceled"):
        raise InvalidRequest(
            f"You cannot confirm this SetupIntent because it has a status of {intent['status']}.", code="setup_intent_unexpected_state"
        )
    _set_up(call, intent)
    return intent


def _set_up(call: Call, intent: dict) -> None:
    """Raises CardError when the bank refuses."""
    if "payment_method" not in call.params:
        raise InvalidRequest("Missing required param: payment_method.", code="parameter_missing", param="payment_method")
    setups.set_up(call.world, intent, methods.usable(call.world, call.params["payment_method"], "payment_method"))
    if intent["last_setup_error"]:
        raise declined(intent["last_setup_error"], intent)


@route("GET", "/v1/charges/{id}", scope="charge_read")
def retrieve_charge(call: Call) -> dict:
    return call.world.get("charge", call.path["id"], "charge")


@route("GET", "/v1/charges", scope="charge_read", takes=("created", "customer", "payment_intent"))
def list_charges(call: Call) -> Page:
    if "payment_intent" in call.params:
        return listing(call, newest_first(call.world.by("charge", "payment_intent", call.params["payment_intent"])), "customer")
    return listing(call, _rows(call, "charge"))


def _rows(call: Call, object_name: str) -> list[dict]:
    if "customer" in call.params:
        return newest_first(call.world.by(object_name, "customer", call.params["customer"]))
    return call.world.newest(object_name)
