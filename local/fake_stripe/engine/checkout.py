"""A Checkout Session's money and its end: subscription and invoice exist only after the payment succeeded.

open ──confirm──> charge ─┬─ declined: stays open, the error is kept for the page
                          ├─ needs authentication: stays open, completes when the bank says yes
                          ├─ succeeded: complete, subscription active, invoice paid
                          └─ delayed debit: complete and unpaid, subscription active, invoice open until the debit settles
"""

from ..errors import CardError, InvalidRequest
from ..registry import job
from ..settings import DAY
from ..support import live_customer
from ..world import World
from . import drafting, entitling, invoices, methods, payments, setups
from .subscribing import Wish, build, first_invoice, remember_debits, schedule

# As public logs of real accounts show it for 4242…; where they vary, one order is kept (assumption checkout_event_order).
EVENT_ORDER = (
    "charge.succeeded",
    "charge.pending",
    "payment_method.attached",
    "setup_intent.created",
    "setup_intent.succeeded",
    "checkout.session.completed",
    "customer.updated",
    "customer.discount.created",
    "customer.subscription.created",
    "payment_intent.created",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
    "entitlements.active_entitlement_summary.updated",
)

payments.EVENT_ORDERS["checkout.session"] = EVENT_ORDER
payments.WHEN_SETTLED["checkout.session"] = lambda world, session_id, intent: _settled(
    world, world.get("checkout.session", session_id), intent
)


# --------------------------------------------------------------------------------------------------- confirming
def confirm(world: World, session: dict, method: dict, expected_amount: int | None) -> None:
    """One press of the pay button. Raises CardError when declined, InvalidRequest when it cannot be (expired, other amount, nobody's)."""
    if session["status"] != "open":
        raise InvalidRequest(
            f"This Checkout Session is {session['status']} and can no longer be confirmed.", code="checkout_session_not_open"
        )
    live_customer(world, session["customer"])  # assumption deleted_customer_session
    if session["mode"] == "setup":
        _confirm_setup(world, session, method)
        return
    if expected_amount is not None and expected_amount != session["amount_total"]:
        raise InvalidRequest(
            f"The amount of this session is {session['amount_total']}, not {expected_amount}: it has changed since the page was shown.",
            code="checkout_amount_mismatch",
            param="expected_amount",
        )
    if not methods.takes(method["type"], session["currency"]):
        error = payments.wrong_currency(method, session["currency"])
        raise InvalidRequest(error["message"], code=error["code"], param="payment_method")
    session["_method"] = method["id"]
    if due_now(world, session) > 0:
        _charge(world, session, method)
    elif session["payment_method_collection"] == "always":
        _collect_only(world, session, method)
    else:
        complete(world, session, None, method)


def due_now(world: World, session: dict) -> int:
    """What is charged: the total, less the customer's credit balance (assumption checkout_uses_balance)."""
    return drafting.settle_balance(session["amount_total"], _customer(world, session).get("balance", 0))[0]


def _charge(world: World, session: dict, method: dict) -> None:
    customer, due = _customer(world, session), due_now(world, session)
    with world.events_ordered(EVENT_ORDER):
        intent = world.find("payment_intent", session["_intent"])
        if intent is None or intent["status"] in ("succeeded", "canceled") or intent["amount"] != due:
            intent = payments.new_payment_intent(
                world,
                customer,
                due,
                session["currency"],
                owner=("checkout.session", session["id"]),
                description="Subscription creation",
            )
            session["_intent"] = intent["id"]
            intent["_announced"] = False
        if method["billing_details"]["name"] is None and session["customer_details"]:
            method["billing_details"]["name"] = session["customer_details"].get("name")
        payments.charge(world, intent, method, off_session=False)
        if intent["status"] in ("succeeded", "processing"):
            complete(world, session, intent, method)
        elif not intent["_announced"]:
            intent["_announced"] = True
            world.emit("payment_intent.created", intent)
    session["_last_error"] = intent["last_payment_error"]
    if intent["status"] == "requires_payment_method":
        raise declined(intent["last_payment_error"], intent)


def declined(error: dict, intent: dict) -> CardError:
    return CardError(
        error["message"],
        code=error["code"],
        decline_code=error.get("decline_code"),
        payment_intent={
            "id": intent["id"],
            "object": intent["object"],
            "status": intent["status"],
            "client_secret": intent["client_secret"],
        },
    )


def _collect_only(world: World, session: dict, method: dict) -> None:
    """Nothing is due today (a trial): the method is set up for later."""
    customer = _customer(world, session)
    with world.events_ordered(EVENT_ORDER):
        intent = setups.new_setup_intent(world, customer, owner=("checkout.session", session["id"]))
        session["_setup_intent"] = intent["id"]
        setups.set_up(world, intent, method)
        if intent["status"] == "succeeded":
            complete(world, session, None, method)
    session["_last_error"] = intent["last_setup_error"]
    if intent["status"] == "requires_payment_method":
        raise declined(intent["last_setup_error"], intent)


def _confirm_setup(world: World, session: dict, method: dict) -> None:
    session["_method"] = method["id"]
    with world.events_ordered(EVENT_ORDER):
        intent = world.get("setup_intent", session["setup_intent"])
        setups.set_up(world, intent, method)
        if intent["status"] == "succeeded":
            finish_setup(world, session)
    session["_last_error"] = intent["last_setup_error"]
    if intent["status"] == "requires_payment_method":
        raise declined(intent["last_setup_error"], intent)


def finish_setup(world: World, session: dict) -> None:
    session.update(status="complete", payment_status="no_payment_required")
    world.put(session)
    world.emit("checkout.session.completed", session)


def _settled(world: World, session: dict, intent: dict) -> None:
    """The bank's challenge ended, or a debit settled after the session was complete."""
    if session["status"] == "complete":
        _debit_settled(world, session, intent)
        return
    field = "last_setup_error" if intent["object"] == "setup_intent" else "last_payment_error"
    session["_last_error"] = intent[field]
    if intent["status"] != "succeeded" or session["status"] != "open":
        return
    method = world.get("payment_method", intent["payment_method"])
    with world.events_ordered(EVENT_ORDER):
        if session["mode"] == "setup":
            finish_setup(world, session)
        else:
            complete(world, session, intent if intent["object"] == "payment_intent" else None, method)


def _debit_settled(world: World, session: dict, intent: dict) -> None:
    invoice = world.find("invoice", session["invoice"])
    if invoice is not None and invoice["status"] == "open":
        invoices.conclude(world, invoice, intent)
    paid = intent["status"] == "succeeded"
    session["payment_status"] = "paid" if paid else "unpaid"
    world.put(session)
    world.emit("checkout.session.async_payment_succeeded" if paid else "checkout.session.async_payment_failed", session)


# --------------------------------------------------------------------------------------------------- completing
def complete(world: World, session: dict, intent: dict | None, method: dict) -> None:
    """The session's end, in one stroke; `intent` has succeeded or is a debit under way."""
    customer = _customer(world, session)
    methods.bind(world, method, customer)
    session.update(
        status="complete",
        customer=customer["id"],
        payment_status="no_payment_required" if intent is None else "paid" if intent["status"] == "succeeded" else "unpaid",
    )
    with world.changing(customer, "customer.updated"):
        customer["currency"] = customer["currency"] or session["currency"]
        _customer_details(session, customer, method)
        wish = _wish(world, session, customer, method)
    subscription = build(world, wish, status="active")
    session["subscription"] = subscription["id"]
    world.put(session)
    world.emit("checkout.session.completed", session)
    invoice = first_invoice(world, subscription, wish)
    schedule(world, subscription)
    world.emit("customer.subscription.created", subscription)
    if intent is not None:
        intent["customer"] = customer["id"]
        world.put(intent)
        invoices.link_payment(world, invoice, intent)
        if not intent["_announced"]:
            intent["_announced"] = True
            world.emit("payment_intent.created", intent)
    invoices.announce(world, invoice)
    invoices.finalize(world, invoice)
    session["invoice"] = invoice["id"]
    if intent is not None and invoice["status"] == "open":
        invoice.update(attempted=True, attempt_count=1)
        if intent["status"] == "succeeded":
            invoices.mark_paid(world, invoice, intent)
    remember_debits(subscription, invoice)
    entitling.refresh(world, customer["id"])


def _wish(world: World, session: dict, customer: dict, method: dict) -> Wish:
    now = world.now(customer)
    days = session["_trial_days"]
    trial_end = session["_trial_end"] or (now + days * DAY if days else None)
    recurring, one_time = [], []
    for line in session["_line_items"]:
        if world.get("price", line["price"])["recurring"]:
            recurring.append({"price": line["price"], "quantity": line["quantity"]})
        else:
            one_time.append((line["price"], line["quantity"]))
    coupons = []
    for entry in session["_coupons"]:
        code = world.find("promotion_code", entry["promotion_code"])
        coupons.append((world.get("coupon", entry["coupon"]), code))
    data = session["_subscription_data"]
    return Wish(
        customer=customer,
        items=recurring,
        currency=session["currency"],
        metadata=dict(data.get("metadata") or {}),
        trial_end=trial_end,
        anchor=data.get("billing_cycle_anchor"),
        missing_method=((data.get("trial_settings") or {}).get("end_behavior") or {}).get("missing_payment_method", "create_invoice"),
        default_method=method["id"],
        description=data.get("description"),
        one_time=one_time,
        coupons=coupons,
        prorate_to_anchor=data.get("proration_behavior") != "none",
    )


def _customer(world: World, session: dict) -> dict:
    customer = world.find("customer", session["customer"])
    if customer is None:
        raise InvalidRequest(
            "A session without a customer is not supported by this stand-in.", code="not_supported_by_stand_in", param="customer"
        )
    return customer


def _customer_details(session: dict, customer: dict, method: dict) -> None:
    """What the page collected goes to the session; to the customer only where `customer_update` says auto."""
    billing = method["billing_details"]
    details = dict(session["customer_details"] or {})
    collected = session["_collected"]
    details["email"] = collected.get("email") or customer["email"] or billing["email"]
    details["name"] = (collected.get("billing_address") or {}).get("name") or billing["name"] or customer["name"]
    details["phone"] = collected.get("phone") or billing["phone"] or customer["phone"]
    details["address"] = (collected.get("billing_address") or {}).get("address") or billing["address"]
    session["customer_details"] = {**BLANK_DETAILS, **details}
    update = session["_customer_update"]
    if update.get("address") == "auto" and any((details["address"] or {}).values()):
        customer["address"] = details["address"]
    if update.get("name") == "auto" and details["name"]:
        customer["name"] = details["name"]
    if update.get("shipping") == "auto" and collected.get("shipping_address"):
        customer["shipping"] = collected["shipping_address"]


BLANK_DETAILS = {
    "address": None,
    "business_name": None,
    "email": None,
    "individual_name": None,
    "name": None,
    "phone": None,
    "tax_exempt": "none",
    "tax_ids": [],
}


# ---------------------------------------------------------------------------------------------------- expiring
@job("checkout.session.expires")
def expires(world: World, session_id: str) -> None:
    session = world.get("checkout.session", session_id)
    if session["status"] == "open" and session["expires_at"] <= world.now(session["_clock"]):
        expire(world, session)


def expire(world: World, session: dict) -> None:
    """→ expired: nothing was bought, and an attempt under way is given up."""
    session["status"] = "expired"
    intent = world.find("payment_intent", session["_intent"])
    if intent is not None:
        payments.cancel(world, intent, "automatic")
    world.put(session)
    world.emit("checkout.session.expired", session)
