"""Invoices over HTTP: read, preview, finalise, pay, void."""

from ..engine import drafting, invoices
from ..engine.changing import plan
from ..engine.renewing import line_of, pending_items, pending_lines, renewal_lines, running_discounts, upcoming_invoice
from ..engine.subscribing import Wish, build, first_lines
from ..engine.wishes import choose_currency, resolve_discounts, resolve_items, trial_end
from ..errors import CardError, InvalidRequest, NotSupported
from ..registry import Call, Page, include, page_url, route
from ..support import listing, live_customer, metadata, unset
from ..world import World, newest_first

page_url("invoice", "lines", "/v1/invoices/{id}/lines")
page_url("invoice", "payments", "/v1/invoice_payments?invoice={id}")

CREATE = """
    auto_advance collection_method currency customer default_payment_method description metadata pending_invoice_items_behavior subscription
""".split()
PREVIEW = """
    automatic_tax.enabled currency customer discounts.coupon discounts.promotion_code preview_mode subscription
    subscription_details.billing_cycle_anchor subscription_details.billing_mode subscription_details.items.deleted
    subscription_details.items.id subscription_details.items.metadata subscription_details.items.price
    subscription_details.items.quantity subscription_details.proration_behavior subscription_details.proration_date
    subscription_details.trial_end subscription_details.cancel_at_period_end
""".split()


@route("GET", "/v1/invoices/{id}", scope="invoice_read")
def retrieve(call: Call) -> dict:
    return call.world.get("invoice", call.path["id"], "invoice")


@route("GET", "/v1/invoices", scope="invoice_read", takes=("collection_method", "created", "customer", "status", "subscription"))
def list_all(call: Call) -> Page:
    world, params = call.world, call.params
    if "subscription" in params:
        rows = newest_first(world.by("invoice", "_subscription", params["subscription"]))
    elif "customer" in params:
        rows = newest_first(world.by("invoice", "customer", params["customer"]))
    else:
        rows = world.newest("invoice")
    return listing(call, rows, "collection_method", "customer", "status")


@route("GET", "/v1/invoices/{id}/lines", scope="invoice_read")
def list_lines(call: Call) -> Page:
    lines = retrieve(call)["lines"]
    return Page(lines, total_count=len(lines))


@route("POST", "/v1/invoices", scope="invoice_write", takes=CREATE)
def create(call: Call) -> dict:
    world, params = call.world, call.params
    if params.get("collection_method", "charge_automatically") != "charge_automatically":
        raise NotSupported("collection_method send_invoice", "collection_method")
    subscription = world.get("subscription", params["subscription"], "subscription") if "subscription" in params else None
    customer = live_customer(world, params.get("customer") or (subscription["customer"] if subscription else ""))
    now = world.now(customer)
    currency = params.get("currency") or (subscription or customer)["currency"] or "usd"
    waiting: list[dict] = []
    if subscription is not None:
        waiting = pending_items(world, subscription)
    elif params.get("pending_invoice_items_behavior") == "include":
        waiting = [
            row for row in world.by("invoiceitem", "customer", customer["id"]) if row["invoice"] is None and row["currency"] == currency
        ]
    invoice = drafting.draft(
        world,
        customer,
        [line_of(item) for item in waiting],
        reason="manual",
        currency=currency,
        period=(now, now),
        subscription=subscription,
        auto_advance=params.get("auto_advance", False),
    )
    for item in waiting:
        item["invoice"] = invoice["id"]
        world.put(item)
    invoice["description"] = params.get("description")
    invoice["default_payment_method"] = params.get("default_payment_method")
    invoice["metadata"] = metadata({}, params.get("metadata"))
    world.emit("invoice.created", invoice)
    if invoice["auto_advance"]:
        invoices.schedule_finalization(world, invoice)
    return invoice


@route(
    "POST",
    "/v1/invoices/{id}",
    scope="invoice_write",
    takes=("auto_advance", "default_payment_method", "description", "footer", "metadata"),
)
def update(call: Call) -> dict:
    world = call.world
    invoice = retrieve(call)
    with world.changing(invoice, "invoice.updated"):
        for name in ("auto_advance", "default_payment_method", "description", "footer"):
            if name in call.params:
                invoice[name] = unset(call.params[name])
        invoice["metadata"] = metadata(invoice["metadata"], call.params.get("metadata"))
    if invoice["status"] == "draft" and call.params.get("auto_advance"):
        invoices.schedule_finalization(world, invoice)
    return invoice


@route("DELETE", "/v1/invoices/{id}", scope="invoice_write")
def delete(call: Call) -> dict:
    world = call.world
    invoice = retrieve(call)
    if invoice["status"] != "draft" or invoice["_subscription"]:
        raise InvalidRequest("You can only delete draft invoices that are not of a subscription.", param="invoice")
    for item in world.by("invoiceitem", "invoice", invoice["id"]):
        item["invoice"] = None
        world.put(item)
    world.remove(invoice)
    world.emit("invoice.deleted", invoice)
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


@route("POST", "/v1/invoices/{id}/finalize", scope="invoice_write", takes=("auto_advance",))
def finalize(call: Call) -> dict:
    world = call.world
    invoice = retrieve(call)
    invoices.finalize(world, invoice)
    advance = call.params.get("auto_advance", invoice["auto_advance"])
    if invoice["status"] == "open" and advance:
        # Stripe tries to collect about an hour later, on its own time.
        world.clock_of(invoice).at(world.now(invoice) + world.settings.draft_seconds, "invoice.collect", invoice["id"])
    return invoice


@route("POST", "/v1/invoices/{id}/pay", scope="invoice_write", takes=("forgive", "off_session", "paid_out_of_band", "payment_method"))
def pay(call: Call) -> dict:
    """Raises CardError when the attempt is declined, as Stripe does."""
    world, params = call.world, call.params
    invoice = retrieve(call)
    if invoice["status"] == "draft":
        invoices.finalize(world, invoice)
    if invoice["status"] == "paid":
        raise InvalidRequest("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] not in ("open", "uncollectible"):
        raise InvalidRequest(f"You can only pay an open invoice; this one is {invoice['status']}.", code="invoice_not_editable")
    if params.get("paid_out_of_band"):
        invoices.mark_paid(world, invoice, out_of_band=True)
        return invoice
    method = world.get("payment_method", params["payment_method"], "payment_method") if "payment_method" in params else None
    if method is not None and method["customer"] != invoice["customer"]:
        raise InvalidRequest("The payment method does not belong to the invoice's customer.", param="payment_method")
    invoice["status"] = "open"
    invoices.collect(world, invoice, method=method, off_session=params.get("off_session", True))
    intent = world.get("payment_intent", invoice["_intent"])
    if intent["status"] == "requires_action":
        raise CardError(
            "This payment requires additional user action before it can be completed successfully. Payment can be completed using the "
            "PaymentIntent associated with subscription.",
            code="invoice_payment_intent_requires_action",
        )
    if intent["status"] == "requires_payment_method":
        error = intent["last_payment_error"]
        raise CardError(error["message"], code=error["code"], decline_code=error.get("decline_code"))
    return invoice


@route("POST", "/v1/invoices/{id}/void", scope="invoice_write")
def void(call: Call) -> dict:
    invoice = retrieve(call)
    invoices.void(call.world, invoice)
    return invoice


@route("POST", "/v1/invoices/{id}/mark_uncollectible", scope="invoice_write")
def mark_uncollectible(call: Call) -> dict:
    invoice = retrieve(call)
    invoices.mark_uncollectible(call.world, invoice)
    return invoice


# ------------------------------------------------------------------------------------------------------ preview
@route("POST", "/v1/invoices/create_preview", scope="invoice_read", takes=PREVIEW)
def preview(call: Call) -> dict:
    """The invoice that would be: of a change billed now, of the next renewal, or of a subscription not made yet. Nothing is stored."""
    world, params = call.world, call.params
    details = params.get("subscription_details") or {}
    if "subscription" not in params:
        return _preview_new(call, details)
    subscription = world.get("subscription", params["subscription"], "subscription")
    if "customer" in params and params["customer"] != subscription["customer"]:
        raise InvalidRequest("The subscription does not belong to the customer.", param="customer")
    if subscription["ended_at"]:
        raise InvalidRequest("The subscription is canceled: it has no next invoice.", code="invoice_upcoming_none", status=404)
    anchor = details.get("billing_cycle_anchor")
    reset = (anchor.get("type") if isinstance(anchor, dict) else anchor) == "now"
    if not details.get("items") and not reset and "trial_end" not in details:
        if subscription["cancel_at"]:
            raise InvalidRequest("No upcoming invoices for this subscription.", code="invoice_upcoming_none", status=404)
        return upcoming_invoice(world, subscription)
    made = plan(
        world,
        subscription,
        resolve_items(world, details.get("items") or [], "subscription_details[items]"),
        behavior=details.get("proration_behavior", "create_prorations"),
        at=details.get("proration_date"),
        reset_anchor=reset,
        trial_end=details.get("trial_end"),
    )
    customer = world.get("customer", subscription["customer"])
    recurring = params.get("preview_mode") == "recurring"
    now = world.now(subscription)
    lines = [] if recurring else made.lines + pending_lines(world, subscription)
    period = (now, now)
    if recurring or not made.invoice_now:
        end = min(change.period[1] for change in made.changes if change.price)
        after = _after(world, subscription, made, end)
        lines += renewal_lines(world, after, after["items"])
        period = (min(change.period[0] for change in made.changes if change.price), end)
    invoice = drafting.draft(
        world,
        customer,
        lines,
        reason="upcoming" if not made.invoice_now or recurring else "subscription_update",
        currency=subscription["currency"],
        period=period,
        subscription=subscription,
        invoice_discounts=running_discounts(world, subscription),
        proration_date=made.at,
        preview=True,
    )
    invoice["next_payment_attempt"] = period[1] + (0 if made.invoice_now and not recurring else world.settings.draft_seconds)
    return invoice


def _after(world: World, subscription: dict, made, end: int) -> dict:
    """The subscription as the plan would leave it, as far as its next renewal's lines need."""
    items = [
        {"id": change.id, "price": change.price, "quantity": change.quantity, "current_period_end": change.period[1]}
        for change in made.changes
        if change.price and change.period[1] == end
    ]
    return {**subscription, "items": items, "billing_cycle_anchor": made.anchor or subscription["billing_cycle_anchor"]}


def _preview_new(call: Call, details: dict) -> dict:
    """The first invoice of a subscription that does not exist: made, read and forgotten."""
    world, params = call.world, call.params
    if "customer" not in params:
        raise InvalidRequest("You must pass a `customer` or a `subscription`.", code="parameter_missing", param="customer")
    customer = live_customer(world, params["customer"])
    items = resolve_items(world, details.get("items") or [], "subscription_details[items]")
    if not items:
        raise InvalidRequest("No upcoming invoices for customer: " + customer["id"], code="invoice_upcoming_none", status=404)
    now = world.now(customer)
    currency = choose_currency(world, [item["price"] for item in items], params.get("currency"), customer)
    wish = Wish(customer, items, currency, trial_end=trial_end(world, details, items, now))
    kept = customer["currency"]
    subscription = build(world, wish, status="active")
    lines = first_lines(world, subscription, wish)
    customer["currency"] = kept
    for item in subscription["items"]:
        world.remove(item)
    world.remove(subscription)
    coupons = resolve_discounts(world, params.get("discounts"), customer, now)
    if coupons:
        raise NotSupported("A preview of a new subscription with discounts", "discounts")
    invoice = drafting.draft(
        world, customer, lines, reason="upcoming", currency=currency, period=(now, now), subscription=subscription, preview=True
    )
    invoice["parent"] = None
    return invoice


# ----------------------------------------------------------------------------------------------------- includes
@include("invoice", "payments")
def payments_of(world: World, invoice: dict) -> list[dict]:
    return newest_first(world.by("invoice_payment", "invoice", invoice["id"]))


@include("invoice", "confirmation_secret")
def confirmation_secret(world: World, invoice: dict) -> dict | None:
    stored = world.find("invoice", invoice["id"])
    intent = world.find("payment_intent", stored["_intent"]) if stored else None
    return {"client_secret": intent["client_secret"], "type": "payment_intent"} if intent else None


@route("GET", "/v1/invoice_payments/{id}", scope="invoice_read")
def retrieve_payment(call: Call) -> dict:
    return call.world.get("invoice_payment", call.path["id"])


@route("GET", "/v1/invoice_payments", scope="invoice_read", takes=("created", "invoice", "payment", "status"))
def list_payments(call: Call) -> Page:
    world, params = call.world, call.params
    intent = (params.get("payment") or {}).get("payment_intent")
    if "invoice" in params:
        rows = newest_first(world.by("invoice_payment", "invoice", params["invoice"]))
    elif intent:
        rows = newest_first(world.by("invoice_payment", "_intent", intent))
    else:
        rows = world.newest("invoice_payment")
    return listing(call, rows, "status")
