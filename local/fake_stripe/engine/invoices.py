"""An invoice's life: draft → open → paid, or void / uncollectible. Money is integer minor units of the invoice's currency.

draft ──finalize──> open ──pay──> paid
                      │  └─(declined: stays open, dunning.py decides what follows)
                      └──void / mark_uncollectible
"""

from ..errors import InvalidRequest
from ..registry import job
from ..world import World
from . import discounts, payments
from .balance import move
from .drafting import recount, settle_balance

# How long after invoice.paid invoice_payment.paid was seen: 1–14 s on real accounts.
INVOICE_PAYMENT_LAG = 1
# Stripe's smallest charge; less is carried to the customer's balance (assumption minimum_charge).
MINIMUM_CHARGE = 50

payments.WHEN_SETTLED["invoice"] = lambda world, invoice_id, intent: intent_settled(world, world.get("invoice", invoice_id), intent)


def announce(world: World, invoice: dict) -> None:
    world.emit("invoice.created", invoice)


def schedule_finalization(world: World, invoice: dict) -> None:
    """A renewal's invoice stays a draft for about an hour, so that the account may change it."""
    at = world.now(invoice) + world.settings.draft_seconds
    invoice["automatically_finalizes_at"] = at
    invoice["next_payment_attempt"] = at
    world.clock_of(invoice).at(at, "invoice.finalize", invoice["id"])


@job("invoice.finalize")
def finalize_when_due(world: World, invoice_id: str) -> None:
    invoice = world.find("invoice", invoice_id)
    if invoice is None or invoice["status"] != "draft" or not invoice["auto_advance"]:
        return
    finalize(world, invoice)
    if invoice["status"] == "open":
        collect(world, invoice)


@job("invoice.collect")
def collect_when_due(world: World, invoice_id: str) -> None:
    """About an hour after an invoice was finalised by hand with automatic collection on."""
    invoice = world.find("invoice", invoice_id)
    if invoice is not None and invoice["status"] == "open" and not invoice["attempted"]:
        collect(world, invoice)


def finalize(world: World, invoice: dict) -> None:
    """draft → open (or paid, when nothing is due): the number is given, the balance used, the intent made. Tells `invoice.finalized`."""
    if invoice["status"] != "draft":
        raise InvalidRequest(f"This invoice is already finalized, you can't re-finalize a non-draft invoice. Status: {invoice['status']}")
    now = world.now(invoice)
    customer = world.get("customer", invoice["customer"])
    invoice["starting_balance"] = customer.get("balance", 0)
    recount(world, invoice)
    due, balance = settle_balance(invoice["total"], invoice["starting_balance"])
    checked_out = world.find("payment_intent", invoice["_intent"])
    if checked_out is not None:
        # Checkout charged before the invoice was written: what it took is what was due, whatever the balance became meanwhile.
        due = checked_out["amount"]
        balance = invoice["total"] + invoice["starting_balance"] - due
    elif 0 < due < MINIMUM_CHARGE and invoice["currency"] in ("usd", "eur", "aud", "gbp"):
        due, balance = 0, due
    invoice.update(
        status="open", effective_at=now, ending_balance=balance, amount_due=due, amount_remaining=due, automatically_finalizes_at=None
    )
    invoice["next_payment_attempt"] = None
    invoice["status_transitions"]["finalized_at"] = now
    _number(invoice, customer)
    _addresses(world, invoice)
    spend(world, invoice, now)
    if balance != customer.get("balance", 0) and not customer.get("deleted"):
        moved = balance - customer["balance"]
        move(world, customer, moved, invoice["currency"], kind="applied_to_invoice", invoice=invoice["id"])
    if due > 0 and invoice["collection_method"] == "charge_automatically":
        _intent(world, invoice, customer)
    world.put(invoice)
    world.emit("invoice.finalized", invoice)
    if due == 0:
        mark_paid(world, invoice)


def _number(invoice: dict, customer: dict) -> None:
    sequence = customer.get("next_invoice_sequence", 1)
    customer["next_invoice_sequence"] = sequence + 1
    invoice["number"] = f"{customer.get('invoice_prefix', 'DELETED')}-{sequence:04d}"


def _addresses(world: World, invoice: dict) -> None:
    invoice["hosted_invoice_url"] = f"{world.base_url}/i/{invoice['id']}"
    invoice["invoice_pdf"] = f"{world.base_url}/i/{invoice['id']}/pdf"


def spend(world: World, invoice: dict, now: int) -> None:
    """A coupon that lasts `once` is used up by the first finalised invoice it took something off."""
    for entry in invoice["total_discount_amounts"]:
        discount = discounts.holds(world, entry["discount"], now)
        if discount and discounts.coupon_of(world, discount)["duration"] == "once":
            discount["_spent"] = True


def _intent(world: World, invoice: dict, customer: dict) -> None:
    if invoice["_intent"]:  # Checkout paid before the invoice was written
        return
    described = {"subscription_create": "Subscription creation", "subscription_update": "Subscription update"}
    intent = payments.new_payment_intent(
        world,
        customer,
        invoice["amount_due"],
        invoice["currency"],
        owner=("invoice", invoice["id"]),
        description=described.get(invoice["billing_reason"], "Payment for Invoice"),
    )
    link_payment(world, invoice, intent)
    world.emit("payment_intent.created", intent)


def link_payment(world: World, invoice: dict, intent: dict) -> dict:
    """The InvoicePayment that says which intent pays the invoice."""
    invoice["_intent"] = intent["id"]
    return world.put(
        {
            "id": world.new_id("inpay"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": intent["amount"],
            "created": world.now(invoice),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
            "_intent": intent["id"],
        }
    )


def method_for(world: World, invoice: dict) -> dict | None:
    """The method an invoice is paid with: its own default, the subscription's, the customer's."""
    subscription = world.find("subscription", invoice["_subscription"])
    customer = world.get("customer", invoice["customer"])
    for method_id in (
        invoice["default_payment_method"],
        subscription["default_payment_method"] if subscription else None,
        (customer.get("invoice_settings") or {}).get("default_payment_method"),
    ):
        method = world.find("payment_method", method_id)
        if method is not None:
            return method
    return None


def collect(world: World, invoice: dict, *, method: dict | None = None, off_session: bool = True) -> None:
    """One attempt to be paid. The outcome is in the invoice and its intent; what follows for the subscription, dunning.py decides."""
    if invoice["status"] != "open" or invoice["collection_method"] != "charge_automatically":
        return
    intent = world.get("payment_intent", invoice["_intent"])
    if intent["status"] == "processing":
        return
    method = method or method_for(world, invoice)
    invoice["attempted"] = True
    invoice["attempt_count"] += 1
    invoice["next_payment_attempt"] = None
    if method is None:
        intent["last_payment_error"] = {
            "code": "missing_payment_method",
            "message": "The customer has no default payment method, so this invoice could not be charged automatically.",
            "type": "invalid_request_error",
        }
        world.emit("payment_intent.payment_failed", intent)
    else:
        payments.charge(world, intent, method, off_session=off_session)
    conclude(world, invoice, intent)


def intent_settled(world: World, invoice: dict, intent: dict) -> None:
    """An authentication ended, or a debit settled."""
    if invoice["status"] == "open":
        conclude(world, invoice, intent)


def conclude(world: World, invoice: dict, intent: dict) -> None:
    match intent["status"]:
        case "succeeded":
            mark_paid(world, invoice, intent)
        case "processing":
            world.put(invoice)
            world.tell("subscription.payment_processing", invoice["id"])
        case "requires_action":
            world.emit("invoice.payment_action_required", invoice)
            world.tell("subscription.payment_failed", invoice["id"])
        case _:
            world.tell("subscription.payment_failed", invoice["id"])


def mark_paid(world: World, invoice: dict, intent: dict | None = None, *, out_of_band: bool = False) -> None:
    """→ paid. Tells `invoice.paid` and `invoice.payment_succeeded`, then the subscription."""
    now = world.now(invoice)
    invoice.update(
        status="paid",
        attempted=True,
        amount_paid=invoice["amount_due"] if not out_of_band else 0,
        amount_paid_off_stripe=invoice["amount_due"] if out_of_band else 0,
        amount_remaining=0,
        auto_advance=False,
        next_payment_attempt=None,
    )
    invoice["status_transitions"]["paid_at"] = now
    world.put(invoice)
    if out_of_band:
        _abandon_intent(world, invoice, "automatic")
    if intent:
        for payment in world.by("invoice_payment", "_intent", intent["id"]):
            payment["status"] = "paid"
            payment["amount_paid"] = intent["amount_received"]
            payment["status_transitions"]["paid_at"] = now
            world.clock_of(invoice).at(now + INVOICE_PAYMENT_LAG, "invoice_payment.paid", payment["id"])
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)
    world.tell("subscription.invoice_paid", invoice["id"])


@job("invoice_payment.paid")
def tell_payment(world: World, payment_id: str) -> None:
    world.emit("invoice_payment.paid", world.get("invoice_payment", payment_id))


def void(world: World, invoice: dict) -> None:
    """→ void: nothing is owed, its intent is given up and the balance it used is given back. Raises InvalidRequest when it cannot be."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise InvalidRequest(f"You can only pass in open invoices. This invoice isn't open: its status is {invoice['status']}.")
    intent = world.find("payment_intent", invoice["_intent"])
    if intent is not None and intent["status"] == "processing":
        raise InvalidRequest("You cannot void an invoice while a payment of it is processing.", code="invoice_payment_intent_processing")
    _abandon_intent(world, invoice, "void_invoice")
    customer = world.get("customer", invoice["customer"])
    used = (invoice["ending_balance"] or 0) - invoice["starting_balance"]
    if used and not customer.get("deleted"):
        move(world, customer, -used, invoice["currency"], kind="unapplied_from_invoice", invoice=invoice["id"])
    invoice.update(status="void", auto_advance=False, next_payment_attempt=None)
    invoice["status_transitions"]["voided_at"] = world.now(invoice)
    world.put(invoice)
    world.emit("invoice.voided", invoice)


def mark_uncollectible(world: World, invoice: dict, *, reason: str | None = None) -> None:
    if invoice["status"] != "open":
        raise InvalidRequest(f"You can only mark open invoices as uncollectible. Status: {invoice['status']}.")
    invoice.update(status="uncollectible", auto_advance=False, next_payment_attempt=None)
    invoice["status_details"] = {"uncollectible": {"reason": reason}}
    invoice["status_transitions"]["marked_uncollectible_at"] = world.now(invoice)
    world.put(invoice)
    world.emit("invoice.marked_uncollectible", invoice)


def _abandon_intent(world: World, invoice: dict, reason: str) -> None:
    intent = world.find("payment_intent", invoice["_intent"])
    if intent and intent["status"] not in ("succeeded", "canceled", "processing"):
        payments.cancel(world, intent, reason)
        for payment in world.by("invoice_payment", "_intent", intent["id"]):
            payment["status"] = "canceled"
            payment["status_transitions"]["canceled_at"] = world.now(invoice)
