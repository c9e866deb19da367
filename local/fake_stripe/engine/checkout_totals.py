"""What a Checkout Session costs: today, and at each later period. Amounts are integer minor units."""

from ..world import World
from . import discounts
from .lines import amount_of


def priced_lines(world: World, session: dict) -> list[dict]:
    """The session's lines as money due today; recurring prices are free today while a trial runs.

    `{id, price, quantity, unit_amount, amount_subtotal, amount_discount, amount_total, discounts, …}` each."""
    currency = session["currency"]
    trial = session["_trial_end"] or session["_trial_days"]
    rows = []
    for line in session["_line_items"]:
        price = world.get("price", line["price"])
        free = trial and price["recurring"]
        amount = 0 if free else amount_of(world, price["id"], currency, line["quantity"])
        rows.append(
            {
                "line": line,
                "price": price,
                "amount": amount,
                "discountable": True,
                "pricing": {"price_details": {"price": price["id"], "product": price["product"]}},
                "discount_amounts": [],
            }
        )
    discounts.apply(world, rows, promised_discounts(session), currency)
    shown = []
    for row in rows:
        taken = sum(entry["amount"] for entry in row["discount_amounts"])
        shown.append(
            {
                **row["line"],
                "unit_amount": amount_of(world, row["price"]["id"], currency, 1),
                "recurring": row["price"]["recurring"],
                "product": row["price"]["product"],
                "amount_subtotal": row["amount"],
                "amount_discount": taken,
                "amount_total": row["amount"] - taken,
                "discounts": row["discount_amounts"],
            }
        )
    return shown


def promised_discounts(session: dict) -> list[dict]:
    """The session's coupons in the shape of discounts, though none is redeemed before the session completes."""
    return [
        {
            "id": f"{session['id']}_{index}",
            "source": {"coupon": entry["coupon"], "type": "coupon"},
            "promotion_code": entry["promotion_code"],
        }
        for index, entry in enumerate(session["_coupons"])
    ]


def recount(world: World, session: dict) -> None:
    """Brings the session's amounts in line with its lines and coupons."""
    if session["mode"] == "setup":
        return
    lines = priced_lines(world, session)
    session["amount_subtotal"] = sum(line["amount_subtotal"] for line in lines)
    session["amount_total"] = sum(line["amount_total"] for line in lines)
    session["total_details"] = {
        "amount_discount": session["amount_subtotal"] - session["amount_total"],
        "amount_shipping": 0,
        "amount_tax": 0,
    }
    session["discounts"] = [{"coupon": entry["coupon"], "promotion_code": entry["promotion_code"]} for entry in session["_coupons"]]


def due_next(world: World, session: dict) -> dict | None:
    """What each later period costs: `{subtotal, discount, total}`; None without recurring lines."""
    recurring = [line for line in session["_line_items"] if world.get("price", line["price"])["recurring"]]
    if not recurring:
        return None
    rows = []
    for line in recurring:
        price = world.get("price", line["price"])
        rows.append(
            {
                "amount": amount_of(world, price["id"], session["currency"], line["quantity"]),
                "discountable": True,
                "pricing": {"price_details": {"price": price["id"], "product": price["product"]}},
                "discount_amounts": [],
            }
        )
    lasting = [
        discount
        for discount in promised_discounts(session)
        if discounts.coupon_of(world, discount)["duration"] != "once" or session["_trial_days"]
    ]
    discounts.apply(world, rows, lasting, session["currency"])
    subtotal = sum(row["amount"] for row in rows)
    taken = sum(entry["amount"] for row in rows for entry in row["discount_amounts"])
    return {"subtotal": subtotal, "discount": taken, "total": subtotal - taken}
