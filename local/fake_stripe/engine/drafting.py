"""A draft invoice: its lines, its discounts, its totals. Amounts are integer minor units of its currency."""

from ..world import World
from . import discounts
from .lines import Line, stored_line


def draft(
    world: World,
    customer: dict,
    lines: list[Line],
    *,
    reason: str,
    currency: str,
    period: tuple[int, int],
    subscription: dict | None = None,
    invoice_discounts: list[dict] | None = None,
    proration_date: int | None = None,
    preview: bool = False,
    auto_advance: bool = True,
) -> dict:
    """A draft with its lines and totals, stored unless it is a preview. No event: the caller tells `invoice.created`."""
    invoice_id = world.new_id("upcoming_in" if preview else "in")
    now = world.now(customer)
    settings = world.settings
    invoice = {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "US",
        "account_name": settings.business_name,
        "account_tax_ids": None,
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": auto_advance,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None},
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": subscription["collection_method"] if subscription else "charge_automatically",
        "created": now,
        "currency": currency,
        "custom_fields": None,
        "customer": customer["id"],
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [discount["id"] for discount in invoice_discounts or []],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": [],
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": None,
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": period[1],
        "period_start": period[0],
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": customer["balance"],
        "statement_descriptor": None,
        "status": "draft",
        "status_details": None,
        "status_transitions": {"finalized_at": None, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None},
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "test_clock": customer["test_clock"],
        "total": 0,
        "total_discount_amounts": [],
        "total_excluding_tax": 0,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
        "_subscription": subscription["id"] if subscription else None,
        "_intent": None,
    }
    if subscription:
        details: dict = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
        if proration_date is not None:
            details["subscription_proration_date"] = proration_date
        invoice["parent"] = {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
        invoice["payment_settings"]["payment_method_types"] = subscription["payment_settings"]["payment_method_types"]
    invoice["lines"] = [stored_line(world, line, invoice_id) for line in lines]
    recount(world, invoice)
    if not preview:
        world.put(invoice)
    return invoice


def recount(world: World, invoice: dict) -> None:
    """Totals of a draft from its lines, its discounts and the customer's balance."""
    lines = invoice["lines"]
    now = world.now(invoice)
    for line in lines:
        line["discount_amounts"] = []
    shared = [found for found in (discounts.holds(world, entry, now) for entry in invoice["discounts"]) if found]
    own = {line["id"]: [found for found in (discounts.holds(world, entry, now) for entry in line["discounts"]) if found] for line in lines}
    for line in lines:
        discounts.apply(world, [line], own[line["id"]], invoice["currency"])
    discounts.apply(world, lines, shared, invoice["currency"])
    taken: dict[str, int] = {}
    for line in lines:
        for entry in line["discount_amounts"]:
            taken[entry["discount"]] = taken.get(entry["discount"], 0) + entry["amount"]
        line["pretax_credit_amounts"] = [{**entry, "type": "discount"} for entry in line["discount_amounts"]]
    invoice["subtotal"] = invoice["subtotal_excluding_tax"] = sum(line["amount"] for line in lines)
    invoice["total_discount_amounts"] = [{"amount": amount, "discount": discount} for discount, amount in taken.items()]
    invoice["total_pretax_credit_amounts"] = [{"amount": amount, "discount": d, "type": "discount"} for d, amount in taken.items()]
    invoice["total"] = invoice["total_excluding_tax"] = invoice["subtotal"] - sum(taken.values())
    due, _ = settle_balance(invoice["total"], invoice["starting_balance"])
    invoice["amount_due"] = invoice["amount_remaining"] = due


def settle_balance(total: int, balance: int) -> tuple[int, int]:
    """(amount due, balance afterwards). A negative balance is credit and pays first; a negative total becomes credit."""
    due = total + balance
    return (0, due) if due < 0 else (due, 0)


def add_line(world: World, invoice: dict, line: Line) -> None:
    """One more line on a draft. Tells `invoice.updated`."""
    with world.changing(invoice, "invoice.updated"):
        invoice["lines"].append(stored_line(world, line, invoice["id"]))
        recount(world, invoice)
