"""Invoice items: amounts that wait for a customer's next invoice (one-time fees, prorations that are not billed at once)."""

from ..world import World
from .lines import Line


def wait(world: World, customer: dict, line: Line) -> dict:
    """Stores a line as an invoice item of its own. Tells `invoiceitem.created`."""
    price = world.find("price", line.price)
    subscription = {"subscription": line.subscription, "subscription_item": line.item} if line.subscription else None
    item = {
        "id": world.new_id("ii"),
        "object": "invoiceitem",
        "amount": line.amount,
        "currency": line.currency,
        "customer": customer["id"],
        "customer_account": None,
        "date": world.now(customer),
        "description": line.description,
        "discountable": line.discountable,
        "discounts": list(line.discounts),
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "net_amount": line.amount,
        "parent": {"subscription_details": subscription, "type": "subscription_details"} if subscription else None,
        "period": {"end": line.end, "start": line.start},
        "pricing": {
            "price_details": {"price": line.price, "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        }
        if price
        else None,
        "proration": line.proration,
        "proration_details": {"discount_amounts": []} if line.proration else None,
        "quantity": line.quantity,
        "quantity_decimal": str(line.quantity),
        "tax_rates": [],
        "test_clock": customer["test_clock"],
        "_credited_invoice": line.credited_invoice,
        "_credited_lines": line.credited_lines,
        "_unit_amount": line.unit_amount,
    }
    world.put(item)
    world.emit("invoiceitem.created", item)
    return item
