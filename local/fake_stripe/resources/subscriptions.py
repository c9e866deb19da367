"""Subscriptions: create, update, cancel, list."""

from typing import Any

from ..engine import cancellation, discounts, pausing, updating
from ..engine.changing import plan
from ..engine.final_invoice import settle
from ..engine.lines import one_time_line
from ..engine.subscribing import Wish, period_end, schedule, start
from ..engine.wishes import choose_currency, missing_method, own_method, refuse_uncovered, resolve_discounts, resolve_items, trial_end
from ..errors import InvalidRequest, NotSupported
from ..money import period_around
from ..registry import Call, Page, page_url, route
from ..server.paging import within
from ..support import listing, live_customer, metadata, unset
from ..world import World, newest_first

page_url("subscription", "items", "/v1/subscription_items?subscription={id}")

CREATE = """
    add_invoice_items.price add_invoice_items.quantity automatic_tax.enabled billing_cycle_anchor billing_mode cancel_at
    cancel_at_period_end collection_method currency customer default_payment_method description discounts.coupon
    discounts.promotion_code items.metadata items.price items.price_data items.quantity metadata off_session payment_behavior
    payment_settings.save_default_payment_method payment_settings.payment_method_types proration_behavior trial_end trial_from_plan
    trial_period_days trial_settings.end_behavior.missing_payment_method
""".split()
UPDATE = """
    automatic_tax.enabled billing_cycle_anchor cancel_at cancel_at_period_end cancellation_details.comment
    cancellation_details.feedback default_payment_method description discounts.coupon discounts.promotion_code discounts.discount
    items.deleted items.id items.metadata items.price items.price_data items.quantity metadata off_session pause_collection
    payment_behavior payment_settings.save_default_payment_method proration_behavior proration_date trial_end
    trial_settings.end_behavior.missing_payment_method add_invoice_items.price add_invoice_items.quantity
""".split()
LIST = "collection_method created current_period_end current_period_start customer price status test_clock".split()
# What an update that may stay pending can carry; the rest Stripe refuses.
PENDING = """
    items payment_behavior proration_behavior proration_date billing_cycle_anchor trial_end off_session add_invoice_items
""".split()


@route("POST", "/v1/subscriptions", scope="subscription_write", takes=CREATE)
def create(call: Call) -> dict:
    world, params = call.world, call.params
    if "customer" not in params:
        raise InvalidRequest("Missing required param: customer.", code="parameter_missing", param="customer")
    if params.get("collection_method", "charge_automatically") != "charge_automatically":
        raise NotSupported("collection_method send_invoice", "collection_method")
    refuse_uncovered(params)
    customer = live_customer(world, params["customer"])
    items = resolve_items(world, params.get("items") or [], "items")
    if not items:
        raise InvalidRequest("Missing required param: items.", code="parameter_missing", param="items")
    currency = choose_currency(world, [item["price"] for item in items], params.get("currency"), customer)
    one_time = [(entry["price"], entry.get("quantity", 1)) for entry in params.get("add_invoice_items") or []]
    now = world.now(customer)
    wish = Wish(
        customer=customer,
        items=items,
        currency=currency,
        metadata=metadata({}, params.get("metadata")),
        trial_end=trial_end(world, params, items, now),
        anchor=params.get("billing_cycle_anchor"),
        missing_method=missing_method(params),
        default_method=own_method(world, customer, params.get("default_payment_method")),
        description=unset(params.get("description")),
        one_time=one_time,
        coupons=resolve_discounts(world, params.get("discounts"), customer, now),
        prorate_to_anchor=params.get("proration_behavior") != "none",
        cancel_at_period_end=params.get("cancel_at_period_end", False),
        save_default=(params.get("payment_settings") or {}).get("save_default_payment_method", "off"),
        payment_method_types=(params.get("payment_settings") or {}).get("payment_method_types") or None,
        off_session=params.get("off_session", False),
    )
    wish.cancel_at = _cancel_at(params.get("cancel_at"), world, wish, now)
    return start(world, wish, params.get("payment_behavior", "allow_incomplete"))


def _cancel_at(given: Any, world: World, wish: Wish, now: int) -> int | None:
    if given in (None, ""):
        return None
    if isinstance(given, int):
        return given
    ends = []
    for item in wish.items:
        recurring = world.get("price", item["price"])["recurring"]
        ends.append(wish.trial_end or period_around(wish.anchor or now, recurring["interval"], recurring["interval_count"], now)[1])
    return min(ends) if given == "min_period_end" else max(ends)


@route("GET", "/v1/subscriptions/{id}", scope="subscription_read")
def retrieve(call: Call) -> dict:
    return call.world.get("subscription", call.path["id"])


@route("GET", "/v1/subscriptions", scope="subscription_read", takes=LIST)
def list_all(call: Call) -> Page:
    world, params = call.world, call.params
    if "customer" in params:
        rows = newest_first(world.by("subscription", "customer", params["customer"]))
    elif "test_clock" in params:
        rows = newest_first(world.by("subscription", "test_clock", params["test_clock"]))
    else:
        rows = newest_first(world.by("subscription", "test_clock", None))
    status = params.get("status")
    if status == "ended":
        rows = [row for row in rows if row["status"] in cancellation.ENDED]
    elif status is None:
        rows = [row for row in rows if row["status"] != "canceled"]
    elif status != "all":
        rows = [row for row in rows if row["status"] == status]
    if "price" in params:
        rows = [row for row in rows if any(item["price"] == params["price"] for item in row["items"])]
    for name in ("current_period_end", "current_period_start"):
        if name in params:
            rows = [row for row in rows if any(within(item[name], params[name]) for item in row["items"])]
    return listing(call, rows, "collection_method")


@route("POST", "/v1/subscriptions/{id}", scope="subscription_write", takes=UPDATE)
def update(call: Call) -> dict:
    world, params = call.world, call.params
    subscription = world.get("subscription", call.path["id"])
    refuse_uncovered(params)
    _check_update(subscription, params)
    customer = live_customer(world, subscription["customer"])
    made = _plan(call, subscription)
    ends = _cancellation_time(world, subscription, params)
    coupons = resolve_discounts(world, params.get("discounts"), customer, world.now(customer))
    if params.get("default_payment_method"):
        own_method(world, customer, params["default_payment_method"])
    behavior = params.get("payment_behavior", "allow_incomplete")
    if made is not None and behavior == "error_if_incomplete":
        updating.refuse_if_declined(world, subscription, made)
    # From here on nothing is refused any more.
    if subscription["pending_update"] and made is not None:
        updating.drop_pending(world, subscription)
    with world.changing(subscription, "customer.subscription.updated"):
        if "discounts" in params:
            _replace_discounts(world, subscription, customer, coupons, params["discounts"])
        _assign(call, subscription)
        if made is not None:
            updating.carry_out(world, subscription, made, behavior, off_session=params.get("off_session", False))
        if "cancel_at_period_end" in params:
            cancellation.at_period_end(world, subscription, params["cancel_at_period_end"], period_end(subscription))
        if ends is not None:
            cancellation.at_time(world, subscription, ends)
        elif params.get("cancel_at") == "":
            cancellation.withdraw(subscription)
    if "cancel_at" in params or "cancel_at_period_end" in params:
        schedule(world, subscription)
    updating.collect_bill(world, subscription)
    return subscription


def _check_update(subscription: dict, params: dict) -> None:
    if subscription["status"] in cancellation.ENDED:
        allowed = {"metadata", "cancellation_details"}
        if set(params) - allowed:
            raise InvalidRequest(
                "A canceled subscription can only update its cancellation_details and metadata.",
                code="resource_missing",
                param="id",
                status=404,
            )
    if params.get("cancel_at") and params.get("cancel_at_period_end"):
        raise InvalidRequest("You can only set one of `cancel_at` and `cancel_at_period_end`.", param="cancel_at")


def _refuse_pending_extras(params: dict) -> None:
    if params.get("payment_behavior") != "pending_if_incomplete":
        return
    for name in params:
        if name not in PENDING:
            raise InvalidRequest(
                f"`{name}` cannot be passed when `payment_behavior` is `pending_if_incomplete`; it does not support pending updates.",
                param=name,
            )


def _plan(call: Call, subscription: dict):
    """The plan of a change of items, anchor or trial; None when the update touches none of them."""
    world, params = call.world, call.params
    anchor = params.get("billing_cycle_anchor")
    reset = (anchor.get("type") if isinstance(anchor, dict) else anchor) == "now"
    if not params.get("items") and not reset and "trial_end" not in params and not params.get("add_invoice_items"):
        _refuse_pending_extras(params)
        if "proration_date" in params and params.get("proration_behavior") == "none":
            raise InvalidRequest("You cannot set `proration_date` when `proration_behavior` is `none`.", param="proration_date")
        return None
    _refuse_pending_extras(params)
    made = plan(
        world,
        subscription,
        resolve_items(world, params.get("items") or [], "items"),
        behavior=params.get("proration_behavior", "create_prorations"),
        at=params.get("proration_date"),
        reset_anchor=reset,
        trial_end=params.get("trial_end"),
    )
    now = world.now(subscription)
    for entry in params.get("add_invoice_items") or []:
        made.lines.append(one_time_line(world, entry["price"], subscription["currency"], entry.get("quantity", 1), now, subscription["id"]))
        made.invoice_now = made.invoice_now or made.behavior == "always_invoice"
    return made


def _assign(call: Call, subscription: dict) -> None:
    params = call.params
    subscription["metadata"] = metadata(subscription["metadata"], params.get("metadata"))
    for name in ("default_payment_method", "description"):
        if name in params:
            subscription[name] = unset(params[name])
    if "trial_settings" in params:
        subscription["trial_settings"] = {"end_behavior": {"missing_payment_method": missing_method(params)}}
    if "payment_settings" in params:
        subscription["payment_settings"].update(params["payment_settings"])
    if "pause_collection" in params:
        given = unset(params["pause_collection"])
        subscription["pause_collection"] = given and {"behavior": given["behavior"], "resumes_at": given.get("resumes_at")}
        if given and given.get("resumes_at"):
            call.world.clock_of(subscription).at(given["resumes_at"], "subscription.collection_resumes", subscription["id"])
    for name, value in (params.get("cancellation_details") or {}).items():
        subscription["cancellation_details"][name] = unset(value)


def _cancellation_time(world: World, subscription: dict, params: dict) -> int | None:
    """When `cancel_at` ends the subscription. Raises InvalidRequest for a time that has passed."""
    given = params.get("cancel_at")
    if given in (None, ""):
        return None
    ends = [item["current_period_end"] for item in subscription["items"]]
    when = {"min_period_end": min(ends), "max_period_end": max(ends)}.get(given, given)
    if not isinstance(when, int):
        raise NotSupported(f"cancel_at {given}", "cancel_at")
    if when <= world.now(subscription):
        raise InvalidRequest("`cancel_at` must be a time in the future.", code="parameter_invalid_integer", param="cancel_at")
    return when


@route("DELETE", "/v1/subscriptions/{id}", scope="subscription_write", takes=("cancellation_details", "invoice_now", "prorate"))
def cancel(call: Call) -> dict:
    world, params = call.world, call.params
    subscription = world.get("subscription", call.path["id"])
    if subscription["status"] in cancellation.ENDED:
        raise InvalidRequest(f"No such subscription: '{subscription['id']}'", code="resource_missing", param="id", status=404)
    details = {name: unset(value) for name, value in (params.get("cancellation_details") or {}).items()}
    settle(world, subscription, prorate=params.get("prorate", False), invoice_now=params.get("invoice_now", False))
    cancellation.cancel_now(world, subscription, reason="cancellation_requested", details=details)
    return subscription


@route("POST", "/v1/subscriptions/{id}/resume", scope="subscription_write", takes=("billing_cycle_anchor",))
def resume(call: Call) -> dict:
    """The end of a pause that a trial without a payment method began."""
    subscription = call.world.get("subscription", call.path["id"])
    anchor = call.params.get("billing_cycle_anchor", "now")
    pausing.resume(call.world, subscription, reset_anchor=(anchor["type"] if isinstance(anchor, dict) else anchor) == "now")
    return subscription


def _replace_discounts(world: World, subscription: dict, customer: dict, coupons: list, given: Any) -> None:
    kept = [entry["discount"] for entry in given or [] if "discount" in entry]
    for entry in subscription["discounts"]:
        if entry not in kept:
            world.emit("customer.discount.deleted", world.get("discount", entry))
    made = [
        discounts.create(world, coupon, code, customer, world.now(subscription), subscription=subscription["id"])["id"]
        for coupon, code in coupons
    ]
    subscription["discounts"] = [entry for entry in subscription["discounts"] if entry in kept] + made
