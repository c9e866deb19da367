"""From Stripe's objects to what is stored of them: pure functions over the JSON of an event or of an answer.

They raise `KeyError`, `TypeError` or `IndexError` on a shape they do not know; the caller then takes the event as a hint
to fetch (`events.apply`).
"""

from billing.access import ENDED
from billing.shapes import Json, child, children, identity
from billing.state.parts import Observation, Value


def subscription(source: Json, lo: int, hi: int, by: str, certain: bool = True) -> Observation:
    """A Subscription with its one plan. All times in Unix seconds, amounts in minor units."""
    item = source["items"]["data"][0]
    price = item["price"]
    recurring = price["recurring"]
    pending = source.get("pending_update")
    value: Value = {
        "id": source["id"],
        "status": source["status"],
        "created": source["created"],
        "item": item["id"],
        "product": identity(price["product"]),
        "price": price["id"],
        "lookup_key": price.get("lookup_key"),
        "unit_amount": price["unit_amount"],
        "currency": source["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "quantity": item.get("quantity", 1),
        # On the item since 2025-03-31.basil; it was on the subscription before.
        "period_start": item["current_period_start"],
        "period_end": item["current_period_end"],
        # The portal sets only `cancel_at`, `cancel_at_period_end` is how others do it: read both.
        "cancel_at_period_end": bool(source.get("cancel_at_period_end")),
        "cancel_at": source.get("cancel_at") or (item["current_period_end"] if source.get("cancel_at_period_end") else None),
        "ended_at": source.get("ended_at"),
        "trial_end": source.get("trial_end"),
        "discounted": bool(source.get("discounts")),
        "paused": source.get("pause_collection") is not None,
        "payment_method": identity(source.get("default_payment_method")),
        "latest_invoice": identity(source.get("latest_invoice")),
        "pending": _pending(pending) if pending else None,
    }
    return Observation(value, lo, hi, by, final=source["status"] in ENDED, certain=certain)


def _pending(pending: Json) -> Value:
    """A plan change that waits for its payment."""
    items = children(pending, "subscription_items")
    return {"price": identity(items[0]["price"]) if items else None, "expires_at": pending["expires_at"]}


def payment_method(source: Json, lo: int, hi: int, by: str, certain: bool = True) -> Observation:
    """A PaymentMethod as a customer recognises it: brand and last four, nothing else of it is kept."""
    kind = source["type"]
    details = child(source, kind)
    value: Value = {
        "id": source["id"],
        "type": kind,
        "brand": details.get("brand") or details.get("bank_code"),
        "last4": details.get("last4"),
        "exp_month": details.get("exp_month"),
        "exp_year": details.get("exp_year"),
    }
    return Observation(value, lo, hi, by, certain=certain)


def customer(source: Json, lo: int, hi: int, by: str, certain: bool = True) -> Observation:
    """Of a Customer, only which payment method is the default."""
    default = identity(child(source, "invoice_settings").get("default_payment_method"))
    return Observation({"payment_method": default}, lo, hi, by, certain=certain)


def payment(source: Json, status: str, lo: int, hi: int, by: str, certain: bool = True) -> Observation:
    """The payment state of an invoice: `paid`, `processing`, `failed` or `action_required`."""
    value: Value = {"invoice": source["id"], "status": status}
    return Observation(value, lo, hi, by, subject=source["id"], rank=source["created"], certain=certain)


def upcoming(source: Json, lo: int, hi: int, by: str) -> Observation:
    """An invoice that does not exist yet: what will be charged at the end of which period, for which plan."""
    plans = [line["pricing"]["price_details"]["price"] for line in children(source, "lines") if not is_proration(line)]
    value: Value = {"amount": source["amount_due"], "period_end": source["period_end"], "price": identity(plans[-1])}
    return Observation(value, lo, hi, by)


def is_proration(line: Json) -> bool:
    return bool(child(child(line, "parent"), "subscription_item_details").get("proration"))


def features(lookup_keys: list[str], lo: int, hi: int, by: str, certain: bool = True) -> Observation:
    """The lookup keys of a customer's active entitlements."""
    return Observation({"features": sorted(lookup_keys)}, lo, hi, by, certain=certain)
