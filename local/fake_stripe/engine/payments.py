"""Payment intents, setup intents and charges: what happens when a method is charged.

                  ┌─ requires_action ──(authenticate)─┐
    created ──────┼─ processing ──(debit settles)─────┼──> succeeded
                  └───────────────────────────────────┴──> requires_payment_method (declined)

Whoever owns the intent (an invoice, a Checkout Session) is told when it settles later than at once: see `WHEN_SETTLED`.
"""

from collections.abc import Callable

from ..registry import job
from ..world import World
from . import methods

WHEN_SETTLED: dict[str, Callable[[World, str, dict], None]] = {}
"""By the owner's object name: called with (world, owner id, intent) after an authentication or a debit came to its end."""

EVENT_ORDERS: dict[str, tuple[str, ...]] = {}
"""By the owner's object name: the order in which the events of a successful authentication show."""

AUTHENTICATION_FAILED = "We are unable to authenticate your payment method. Please choose a different payment method and try again."


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
        pending = _new_charge(world, intent, method, "pending", None)
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


def next_action(world: World, intent: dict) -> dict:
    url = f"{world.base_url}/elements/challenge?intent={intent['id']}&client_secret={intent['client_secret']}"
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "challenge_url": url, "stripe_js": url}}


def _succeeded(world: World, intent: dict, method: dict) -> None:
    method["_set_up"] = True
    paid = _new_charge(world, intent, method, "succeeded", None)
    intent["status"] = "succeeded"
    intent["amount_received"] = intent["amount"]
    intent["next_action"] = None
    world.put(intent)
    world.emit("charge.succeeded", paid)
    world.emit("payment_intent.succeeded", intent)


def _declined(world: World, intent: dict, method: dict, error: dict) -> None:
    failed = _new_charge(world, intent, method, "failed", error)
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
        _setup_authenticated(world, intent, method, succeed)
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


# ------------------------------------------------------------------------------------------------------- setup
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


def _setup_authenticated(world: World, intent: dict, method: dict, succeed: bool) -> None:
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


# ------------------------------------------------------------------------------------------------------ charge
def _new_charge(world: World, intent: dict, method: dict, status: str, error: dict | None) -> dict:
    kind = method["type"]
    ok = status == "succeeded"
    made = {
        "id": world.new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if ok else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "RECUR TEST",
        "captured": ok,
        "created": clock_of(world, intent).now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": error["code"] if error else None,
        "failure_message": error["message"] if error else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": _outcome(status, error),
        "paid": ok,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: _charged_with(method)},
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }
    intent["latest_charge"] = made["id"]
    return world.put(made)


def _outcome(status: str, error: dict | None) -> dict:
    if error is None:
        return {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": 20,
            "seller_message": "Payment complete." if status == "succeeded" else "Payment pending.",
            "type": "authorized",
        }
    return {
        "advice_code": "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network",
        "reason": error.get("decline_code", error["code"]),
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _charged_with(method: dict) -> dict:
    kind = method["type"]
    if kind == "card":
        card = method["card"]
        shared = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")
        return {
            **{name: card[name] for name in shared},
            "installments": None,
            "mandate": None,
            "network": card["brand"],
            "network_transaction_id": None,
            "three_d_secure": None,
        }
    details = {name: value for name, value in method[kind].items() if name != "generated_from"}
    return {**details, "mandate": None}
