"""Payment intents: what happens when a method is charged.

                  ┌─ requires_action ──(authenticate)─┐
    created ──────┼─ processing ──(debit settles)─────┼──> succeeded
                  └───────────────────────────────────┴──> requires_payment_method (declined)

Whoever owns the intent (an invoice, a Checkout Session) is told when it settles later than at once: see `WHEN_SETTLED`.
"""

from collections.abc import Callable

from ..registry import job
from ..world import World
from . import methods, setups
from .challenges import AUTHENTICATION_FAILED, next_action
from .charges import new_charge

WHEN_SETTLED: dict[str, Callable[[World, str, dict], None]] = {}
"""By the owner's object name: called with (world, owner id, intent) after an authentication or a debit came to its end."""

EVENT_ORDERS: dict[str, tuple[str, ...]] = {}
"""By the owner's object name: the order in which the events of a successful authentication show."""


def new_payment_intent(
    world: World, customer: dict | None, amount: int, currency: str, *, owner: tuple[str, str] | None = None, description: str | None = None
) -> dict:
    """An intent nobody has confirmed. No event: whoever makes it knows when it shows."""
    intent_id = world.new_id("pi")
    intent = {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{intent_id}_secret_{world.new_id('x', 25)[2:]}",
        "confirmation_method": "automatic",
        "created": world.now(customer),
        "currency": currency,
        "customer": customer["id"] if customer else None,
        "customer_account": None,
        "description": description,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": methods.offered(world, currency),
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": "off_session",
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        "_owner": owner,
        "_test_clock": customer.get("test_clock") if customer else None,
    }
    return world.put(intent)


def clock_of(world: World, intent: dict):
    return world.clock_of({"test_clock": intent["_test_clock"]})


def charge(world: World, intent: dict, method: dict, *, off_session: bool) -> None:
    """Confirms the intent with a method, moving it and telling events. The outcome is in `intent["status"]` and `last_payment_error`."""
    intent["payment_method"] = method["id"]
    intent["last_payment_error"] = None
    intent["next_action"] = None
    if not methods.takes(method["type"], intent["currency"]):
        _declined(world, intent, method, wrong_currency(method, intent["currency"]))
        return
    if method["type"] in methods.CURRENCIES:
        intent["status"] = "processing"
        world.put(intent)
        world.emit("payment_intent.processing", intent)
        pending = new_charge(world, intent, method, "pending", None)
        world.emit("charge.pending", pending)
        clock_of(world, intent).at(clock_of(world, intent).now + world.settings.debit_seconds, "payment_intent.debit_settles", intent["id"])
        return
    verdict = _verdict(world, intent, method, off_session)
    if verdict == "ok":
        _succeeded(world, intent, method)
    elif verdict == "authenticate":
        intent["status"] = "requires_action"
        intent["next_action"] = next_action(world, intent)
        world.put(intent)
        world.emit("payment_intent.requires_action", intent)
    else:
        _declined(world, intent, method, methods.decline(verdict))


def _verdict(world: World, intent: dict, method: dict, off_session: bool) -> str:
    card = method["card"]
    if methods.expired(clock_of(world, intent).now, card["exp_month"], card["exp_year"]):
        return "expired_card"
    behaviour = method["_charge"]
    if behaviour == methods.AUTHENTICATE_ONCE:
        return "ok" if off_session and method["_set_up"] else "authenticate"
    return "authenticate" if behaviour == methods.AUTHENTICATE_ALWAYS else behaviour


def wrong_currency(method: dict, currency: str) -> dict:
    return {
        "code": "payment_method_currency_mismatch",
        "message": f"The payment method {method['type']} cannot be used with currency {currency}.",
        "type": "invalid_request_error",
    }


def _succeeded(world: World, intent: dict, method: dict) -> None:
    method["_set_up"] = True
    paid = new_charge(world, intent, method, "succeeded", None)
    intent["status"] = "succeeded"
    intent["amount_received"] = intent["amount"]
    intent["next_action"] = None
    world.put(intent)
    world.emit("charge.succeeded", paid)
    world.emit("payment_intent.succeeded", intent)


def _declined(world: World, intent: dict, method: dict, error: dict) -> None:
    failed = new_charge(world, intent, method, "failed", error)
    intent["status"] = "requires_payment_method"
    intent["last_payment_error"] = {**error, "charge": failed["id"], "payment_method": method}
    intent["payment_method"] = None
    world.put(intent)
    world.emit("charge.failed", failed)
    world.emit("payment_intent.payment_failed", intent)


def authenticate(world: World, intent: dict, succeed: bool) -> None:
    """The end of a bank's challenge, for a payment or setup intent; tells the owner."""
    assert intent["status"] == "requires_action"
    owner = intent["_owner"][0] if intent["_owner"] else ""
    with world.events_ordered(EVENT_ORDERS.get(owner, ())):
        _authenticated(world, intent, succeed)
        _tell_owner(world, intent)


def _authenticated(world: World, intent: dict, succeed: bool) -> None:
    method = world.get("payment_method", intent["payment_method"])
    if intent["object"] == "setup_intent":
        setups.authenticated(world, intent, method, succeed)
    elif succeed:
        _succeeded(world, intent, method)
    else:
        error = {"code": "payment_intent_authentication_failure", "message": AUTHENTICATION_FAILED, "type": "invalid_request_error"}
        intent["status"] = "requires_payment_method"
        intent["next_action"] = None
        intent["payment_method"] = None
        intent["last_payment_error"] = {**error, "payment_method": method}
        world.put(intent)
        world.emit("payment_intent.payment_failed", intent)


@job("payment_intent.debit_settles")
def debit_settles(world: World, intent_id: str) -> None:
    intent = world.get("payment_intent", intent_id)
    if intent["status"] != "processing":
        return
    method = world.get("payment_method", intent["payment_method"])
    pending = world.get("charge", intent["latest_charge"])
    if method["_charge"] == "ok":
        pending.update(status="succeeded", paid=True, captured=True, amount_captured=pending["amount"])
        intent["status"] = "succeeded"
        intent["amount_received"] = intent["amount"]
        world.put(intent)
        world.emit("charge.succeeded", pending)
        world.emit("payment_intent.succeeded", intent)
    else:
        error = methods.decline(method["_charge"])
        pending.update(status="failed", failure_code=error["code"], failure_message=error["message"])
        intent["status"] = "requires_payment_method"
        intent["last_payment_error"] = {**error, "charge": pending["id"], "payment_method": method}
        intent["payment_method"] = None
        world.put(intent)
        world.emit("charge.failed", pending)
        world.emit("payment_intent.payment_failed", intent)
    _tell_owner(world, intent)


def _tell_owner(world: World, intent: dict) -> None:
    if intent["_owner"]:
        name, owner_id = intent["_owner"]
        WHEN_SETTLED[name](world, owner_id, intent)


def cancel(world: World, intent: dict, reason: str | None) -> None:
    """Gives up on an intent that has not succeeded."""
    if intent["status"] in ("succeeded", "canceled"):
        return
    intent.update(status="canceled", canceled_at=clock_of(world, intent).now, cancellation_reason=reason, next_action=None)
    world.put(intent)
    world.emit("payment_intent.canceled", intent)
