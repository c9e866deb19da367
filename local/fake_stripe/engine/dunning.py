"""What paying or failing to pay an invoice does to its subscription.

incomplete ──paid──> active            trialing/active ──failed──> past_due ──retries──> canceled | unpaid | past_due (setting)
    └──23 h──> incomplete_expired           past_due | unpaid ──latest invoice paid──> active
"""

from ..registry import job
from ..settings import DAY
from ..world import World
from . import entitling, invoices
from .cancellation import ENDED, cancel_now


@job("subscription.invoice_paid")
def invoice_paid(world: World, invoice_id: str) -> None:
    invoice = world.get("invoice", invoice_id)
    subscription = world.find("subscription", invoice["_subscription"])
    if subscription is None or subscription["status"] in ENDED:
        return
    if invoice.get("_applies_update"):
        _delinquent(world, invoice["customer"])
        world.tell("subscription.pending_update_paid", invoice["id"])
        return
    if subscription["status"] == "incomplete" and invoice["id"] == subscription["latest_invoice"]:
        with world.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "active"
            _save_method(world, subscription, invoice)
    elif subscription["status"] in ("past_due", "unpaid") and _newest_finalized(world, subscription)["status"] == "paid":
        with world.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "active"
    _delinquent(world, invoice["customer"])
    entitling.refresh(world, subscription["customer"])


@job("subscription.payment_processing")
def payment_processing(world: World, invoice_id: str) -> None:
    """A delayed debit counts as good until it fails: the subscription may be active at once."""
    invoice = world.get("invoice", invoice_id)
    subscription = world.find("subscription", invoice["_subscription"])
    if invoice.get("_applies_update"):
        world.tell("subscription.pending_update_paid", invoice["id"])
    elif subscription is not None and subscription["status"] == "incomplete":
        with world.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "active"
        entitling.refresh(world, subscription["customer"])


@job("subscription.payment_failed")
def payment_failed(world: World, invoice_id: str) -> None:
    """After a declined attempt, or one that needs the customer: next try, status, notices."""
    invoice = world.get("invoice", invoice_id)
    subscription = world.find("subscription", invoice["_subscription"])
    first_debit = invoice["billing_reason"] == "subscription_create" and subscription is not None and subscription["status"] == "active"
    if first_debit:
        # A delayed first debit that fails: the invoice is voided, the subscription stays active. The app decides about access.
        world.emit("invoice.payment_failed", invoice)
        invoices.void(world, invoice)
        return
    retries = invoice["billing_reason"] in ("subscription_cycle", "subscription_update") and not invoice.get("_applies_update")
    last = False
    if subscription is not None and retries and subscription["status"] not in ENDED:
        last = not schedule_retry(world, invoice)
    world.emit("invoice.payment_failed", invoice)
    if subscription is None or subscription["status"] in ENDED or invoice.get("_applies_update"):
        return
    if subscription["status"] in ("active", "trialing") and invoice["billing_reason"] != "subscription_create":
        with world.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "past_due"
    _delinquent(world, invoice["customer"])
    if last:
        give_up(world, subscription, invoice)


def schedule_retry(world: World, invoice: dict) -> bool:
    """Sets when the invoice is tried next, counted from its first failure; False after the last try."""
    now = world.now(invoice)
    first = invoice.setdefault("_first_failure", now)
    for days in world.settings.retry_days:
        at = first + int(days * DAY)
        if at > now:
            invoice["next_payment_attempt"] = at
            world.clock_of(invoice).at(at, "invoice.retry", invoice["id"])
            return True
    invoice.update(next_payment_attempt=None, auto_advance=False)
    return False


@job("invoice.retry")
def retry(world: World, invoice_id: str) -> None:
    invoice = world.get("invoice", invoice_id)
    if (
        invoice["status"] == "open"
        and invoice["next_payment_attempt"] is not None
        and invoice["next_payment_attempt"] <= world.now(invoice)
    ):
        invoices.collect(world, invoice)


def give_up(world: World, subscription: dict, invoice: dict) -> None:
    """After the last try: what the account's setting says."""
    match world.settings.dunning_end:
        case "cancel":
            cancel_now(world, subscription, reason="payment_failed")
        case "unpaid":
            with world.changing(subscription, "customer.subscription.updated"):
                subscription["status"] = "unpaid"
            entitling.refresh(world, subscription["customer"])


def _newest_finalized(world: World, subscription: dict) -> dict:
    rows = [row for row in world.by("invoice", "_subscription", subscription["id"]) if row["status"] not in ("draft", "void")]
    return rows[-1]


def _save_method(world: World, subscription: dict, invoice: dict) -> None:
    """`save_default_payment_method: on_subscription`."""
    intent = world.find("payment_intent", invoice["_intent"])
    if subscription["payment_settings"]["save_default_payment_method"] == "on_subscription" and intent and intent["payment_method"]:
        subscription["default_payment_method"] = intent["payment_method"]


def _delinquent(world: World, customer_id: str) -> None:
    """A customer is delinquent while their latest invoice failed."""
    customer = world.get("customer", customer_id)
    if customer.get("deleted"):
        return
    owing = any(row["status"] == "open" and row["attempted"] for row in world.by("invoice", "customer", customer_id))
    if customer["delinquent"] != owing:
        with world.changing(customer, "customer.updated"):
            customer["delinquent"] = owing
