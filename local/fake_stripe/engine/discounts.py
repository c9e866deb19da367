"""Coupons as they are applied: which discounts hold at a moment, and what they take off each line."""

from ..errors import InvalidRequest, ResourceMissing
from ..money import add_interval, percent, spread
from ..world import World


def resolve(world: World, given: dict, customer: dict | None, now: int, param: str) -> tuple[dict, dict | None]:
    """(coupon, promotion code) of `{coupon}` or `{promotion_code}`. Raises InvalidRequest for one that cannot be redeemed."""
    code = None
    if given.get("promotion_code"):
        code = world.get("promotion_code", given["promotion_code"], f"{param}[promotion_code]")
        check_code(world, code, customer, now, param)
        coupon_id = code["promotion"]["coupon"]
    else:
        coupon_id = given.get("coupon")
    if not coupon_id:
        raise InvalidRequest(f"Missing required param: {param}[coupon].", code="parameter_missing", param=f"{param}[coupon]")
    coupon = world.find("coupon", coupon_id)
    if coupon is None:
        raise ResourceMissing("coupon", coupon_id, f"{param}[coupon]")
    if not valid(coupon, now):
        raise InvalidRequest(f"This coupon has expired: {coupon_id}", code="coupon_expired", param=f"{param}[coupon]")
    return coupon, code


def valid(coupon: dict, now: int) -> bool:
    spent = coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]
    late = coupon["redeem_by"] is not None and coupon["redeem_by"] <= now
    return not (spent or late)


def check_code(world: World, code: dict, customer: dict | None, now: int, param: str) -> None:
    """Raises InvalidRequest when this customer cannot use the promotion code now."""
    expired = code["expires_at"] is not None and code["expires_at"] <= now
    spent = code["max_redemptions"] is not None and code["times_redeemed"] >= code["max_redemptions"]
    if not code["active"] or expired or spent:
        raise InvalidRequest("This promotion code is inactive or has expired.", code="promotion_code_expired", param=param)
    if code["customer"] and (customer is None or code["customer"] != customer["id"]):
        raise InvalidRequest("This promotion code cannot be used by this customer.", code="resource_missing", param=param)
    if code["restrictions"]["first_time_transaction"] and customer and _has_paid(world, customer):
        raise InvalidRequest(
            "This promotion code cannot be redeemed because the associated customer has prior transactions.",
            code="promotion_code_customer_not_first_time",
            param=param,
        )


def _has_paid(world: World, customer: dict) -> bool:
    return any(invoice["amount_paid"] > 0 for invoice in world.by("invoice", "customer", customer["id"]))


def create(
    world: World, coupon: dict, code: dict | None, customer: dict, now: int, *, subscription: str | None = None, item: str | None = None
) -> dict:
    """A Discount: a coupon redeemed. Counts the redemption and tells `customer.discount.created`."""
    ends = None
    if coupon["duration"] == "repeating":
        ends = add_interval(now, "month", coupon["duration_in_months"])
    discount = {
        "id": world.new_id("di"),
        "object": "discount",
        "checkout_session": None,
        "customer": customer["id"],
        "customer_account": None,
        "end": ends,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": code["id"] if code else None,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": now,
        "subscription": subscription,
        "subscription_item": item,
        "_spent": False,
    }
    coupon["times_redeemed"] += 1
    coupon["valid"] = valid(coupon, now)
    if code:
        code["times_redeemed"] += 1
    world.put(discount)
    world.emit("customer.discount.created", discount)
    return discount


def holds(world: World, discount_id: str, now: int) -> dict | None:
    """The discount if it still takes something off at this moment."""
    discount = world.find("discount", discount_id)
    if discount is None or (discount["end"] is not None and discount["end"] <= now) or discount["_spent"]:
        return None
    return discount


def coupon_of(world: World, discount: dict) -> dict:
    return world.get("coupon", discount["source"]["coupon"])


def apply(world: World, lines: list[dict], discounts: list[dict], currency: str) -> None:
    """Writes what each discount takes off each line into `discount_amounts`, one after the other.

    A percentage also lowers a credit that was not invoiced before; an amount is spread over debits, never below zero."""
    left = [line["amount"] for line in lines]
    for discount in discounts:
        coupon = coupon_of(world, discount)
        by_percentage = coupon["percent_off"] is not None
        targets = [
            index for index, line in enumerate(lines) if _applies(coupon, line) and (left[index] > 0 or (by_percentage and left[index]))
        ]
        if not targets:
            continue
        if by_percentage:
            taken = [percent(left[index], coupon["percent_off"]) for index in targets]
        else:
            available = sum(left[index] for index in targets)
            taken = spread(min(_amount_off(coupon, currency), available), [left[index] for index in targets])
        for index, amount in zip(targets, taken, strict=True):
            left[index] -= amount
            lines[index]["discount_amounts"].append({"amount": amount, "discount": discount["id"]})


def _applies(coupon: dict, line: dict) -> bool:
    if not line["discountable"]:
        return False
    products = (coupon.get("_applies_to") or {}).get("products")
    if not products:
        return True
    details = (line["pricing"] or {}).get("price_details") or {}
    return details.get("product") in products


def _amount_off(coupon: dict, currency: str) -> int:
    """Zero when the coupon has no amount in this currency: it then takes nothing off."""
    if coupon["currency"] == currency:
        return coupon["amount_off"]
    return (coupon.get("_currency_options") or {}).get(currency, {}).get("amount_off", 0)
