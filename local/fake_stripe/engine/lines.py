"""Invoice lines: for a period of a subscription item, for a proration, for a one-time item. Amounts are integer minor units."""

from dataclasses import dataclass, field

from ..errors import InvalidRequest
from ..money import formatted
from ..world import World
from .catalog import unit_amount


@dataclass(slots=True)
class Line:
    """What a line says, before it has an id and an invoice."""

    amount: int
    currency: str
    description: str
    start: int
    end: int
    price: str | None
    quantity: int
    subscription: str | None = None
    item: str | None = None
    proration: bool = False
    invoice_item: str | None = None
    discountable: bool = True
    credited_invoice: str | None = None
    credited_lines: list[str] = field(default_factory=list)
    discounts: list[str] = field(default_factory=list)
    """Discounts of this line alone, beside the invoice's."""
    unit_amount: int | None = None


def amount_of(world: World, price_id: str, currency: str, quantity: int) -> int:
    """What `quantity` of a price costs in a currency. Raises InvalidRequest when the price has no such currency."""
    price = world.get("price", price_id, "price")
    each = unit_amount(price, currency)
    if each is None:
        raise InvalidRequest(
            f"The price specified ({price_id}) supports `currency` {', '.join(price['_currency_options'])}, not {currency}.",
            param="currency",
        )
    return each * quantity


def period_line(world: World, subscription: dict, item: dict, start: int, end: int, *, trial: bool = False) -> Line:
    """A whole period of one item; free while on trial."""
    name = product_name(world, item["price"])
    amount = 0 if trial else amount_of(world, item["price"], subscription["currency"], item["quantity"])
    if trial:
        description = f"Trial period for {name}"
    else:
        description = f"{item['quantity']} × {name} (at {each(world, item['price'], subscription['currency'])})"
    return Line(amount, subscription["currency"], description, start, end, item["price"], item["quantity"], subscription["id"], item["id"])


def one_time_line(world: World, price_id: str, currency: str, quantity: int, at: int, subscription: str | None = None) -> Line:
    amount = amount_of(world, price_id, currency, quantity)
    return Line(amount, currency, product_name(world, price_id), at, at, price_id, quantity, subscription)


def product_name(world: World, price_id: str) -> str:
    return world.get("product", world.get("price", price_id)["product"])["name"]


def each(world: World, price_id: str, currency: str) -> str:
    """`$15.00 / month`"""
    price = world.get("price", price_id)
    text = formatted(amount_of(world, price_id, currency, 1), currency)
    recurring = price["recurring"]
    if not recurring:
        return text
    count = recurring["interval_count"]
    return f"{text} / {recurring['interval']}" if count == 1 else f"{text} every {count} {recurring['interval']}s"


def stored_line(world: World, line: Line, invoice_id: str, line_id: str | None = None) -> dict:
    """The line as an `line_item` object."""
    price = world.find("price", line.price)
    unit = line.unit_amount
    if unit is None and price is not None and line.price:
        unit = amount_of(world, line.price, line.currency, 1)
    credited = {"invoice": line.credited_invoice, "invoice_line_items": line.credited_lines} if line.credited_invoice else None
    shared = {
        "invoice_item": line.invoice_item or (None if line.item else world.new_id("ii")),
        "proration": line.proration,
        "proration_details": {"credited_items": credited},
        "subscription": line.subscription,
    }
    by_item = line.item is not None
    return {
        "id": line_id or world.new_id("il"),
        "object": "line_item",
        "amount": line.amount,
        "currency": line.currency,
        "description": line.description,
        "discount_amounts": [],
        "discountable": line.discountable,
        "discounts": list(line.discounts),
        "invoice": invoice_id,
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": None if by_item else shared,
            "subscription_item_details": {**shared, "subscription_item": line.item} if by_item else None,
            "type": "subscription_item_details" if by_item else "invoice_item_details",
        },
        "period": {"end": line.end, "start": line.start},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": line.price, "product": price["product"]} if price else None,
            "type": "price_details",
            "unit_amount_decimal": str(unit),
        }
        if price
        else None,
        "quantity": line.quantity,
        "quantity_decimal": str(line.quantity),
        "subscription": line.subscription,
        "subtotal": line.amount,
        "taxes": [],
    }
