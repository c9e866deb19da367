"""Setup intents: a bank is asked whether a method may be used later, and nothing is charged."""

from ..world import World
from . import methods
from .challenges import AUTHENTICATION_FAILED, next_action


def new_setup_intent(world: World, customer: dict | None, *, owner: tuple[str, str] | None = None) -> dict:
    intent_id = world.new_id("seti")
    intent = {
        "id": intent_id,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{intent_id}_secret_{world.new_id('x', 25)[2:]}",
        "created": world.now(customer),
        "customer": customer["id"] if customer else None,
        "customer_account": None,
        "description": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}},
        "payment_method_types": methods.offered(world, None),
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
        "_owner": owner,
        "_test_clock": customer.get("test_clock") if customer else None,
    }
    world.put(intent)
    world.emit("setup_intent.created", intent)
    return intent


def set_up(world: World, intent: dict, method: dict) -> None:
    """Confirms a setup intent: the bank is asked whether the method may be used later."""
    intent["payment_method"] = method["id"]
    intent["last_setup_error"] = None
    behaviour = method["_charge"] if method["type"] == "card" else "ok"
    if behaviour in (methods.AUTHENTICATE_ONCE, methods.AUTHENTICATE_ALWAYS):
        intent["status"] = "requires_action"
        intent["next_action"] = next_action(world, intent)
        world.put(intent)
        world.emit("setup_intent.requires_action", intent)
    elif method["_attach"] != "ok":
        _setup_failed(world, intent, method, methods.decline(method["_attach"]))
    else:
        _set_up_done(world, intent, method)


def authenticated(world: World, intent: dict, method: dict, succeed: bool) -> None:
    if succeed:
        _set_up_done(world, intent, method)
    else:
        error = {"code": "setup_intent_authentication_failure", "message": AUTHENTICATION_FAILED, "type": "invalid_request_error"}
        _setup_failed(world, intent, method, error)


def _set_up_done(world: World, intent: dict, method: dict) -> None:
    method["_set_up"] = True
    intent["status"] = "succeeded"
    intent["next_action"] = None
    world.put(intent)
    customer = world.find("customer", intent["customer"])
    if customer:
        methods.bind(world, method, customer)
    world.emit("setup_intent.succeeded", intent)


def _setup_failed(world: World, intent: dict, method: dict, error: dict) -> None:
    intent.update(status="requires_payment_method", payment_method=None, next_action=None)
    intent["last_setup_error"] = {**error, "payment_method": method}
    world.put(intent)
    world.emit("setup_intent.setup_failed", intent)
