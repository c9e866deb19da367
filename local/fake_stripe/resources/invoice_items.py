"""Invoice items: one-time amounts that wait for a customer's next invoice, or go onto a draft at once."""

from ..engine import drafting
from ..engine.catalog import make_price
from ..engine.invoice_items import wait
from ..engine.lines import Line, amount_of, product_name
from ..engine.renewing import line_of
from ..errors import InvalidRequest
from ..registry import Call, Page, route
from ..support import deleted, listing, live_customer, metadata, unset
from ..world import World, newest_first

CREATE = "amount currency customer description discountable invoice metadata period price_data pricing.price quantity subscription".split()


@route("POST", "/v1/invoiceitems", scope="invoice_write", takes=CREATE)
def create(call: Call) -> dict:
    world, params = call.world, call.params
    if "customer" not in params:
        raise InvalidRequest("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = live_customer(world, params["customer"])
    subscription = world.get("subscription", params["subscription"], "subscription") if "subscription" in params else None
    invoice = _draft(world, params.get("invoice"))
    line = _line(world, params, customer, subscription or invoice)
    item = wait(world, customer, line)
    item["metadata"] = metadata({}, params.get("metadata"))
    if invoice is not None:
        item["invoice"] = invoice["id"]
        world.put(item)
        drafting.add_line(world, invoice, line_of(item))
    return item


def _draft(world: World, invoice_id: str | None) -> dict | None:
    if invoice_id is None:
        return None
    invoice = world.get("invoice", invoice_id, "invoice")
    if invoice["status"] != "draft":
        raise InvalidRequest("This invoice is no longer editable.", code="invoice_not_editable", param="invoice")
    return invoice


def _line(world: World, params: dict, customer: dict, belongs_to: dict | None) -> Line:
    """The wait-listed line: of a price, or of a bare amount."""
    now = world.now(customer)
    currency = params.get("currency") or (belongs_to["currency"] if belongs_to else None) or customer["currency"]
    period = params.get("period") or {"start": now, "end": now}
    quantity = params.get("quantity", 1)
    price_id = (params.get("pricing") or {}).get("price")
    if "price_data" in params:
        price_id = make_price(world, params["price_data"], active=False)["id"]
    if price_id:
        price = world.get("price", price_id, "pricing[price]")
        if price["recurring"]:
            raise InvalidRequest(
                "The price specified is set to `type=recurring` but this field only accepts `type=one_time`.", param="pricing[price]"
            )
        currency = currency or price["currency"]
        amount, description = amount_of(world, price_id, currency, quantity), product_name(world, price_id)
    elif "amount" in params:
        amount, description = params["amount"], ""
    else:
        raise InvalidRequest("Missing required param: amount.", code="parameter_missing", param="amount")
    if currency is None:
        raise InvalidRequest("Missing required param: currency.", code="parameter_missing", param="currency")
    return Line(
        amount,
        currency.lower(),
        params.get("description") or description,
        period["start"],
        period["end"],
        price_id,
        quantity,
        params.get("subscription"),
        discountable=params.get("discountable", amount >= 0),
    )


@route("GET", "/v1/invoiceitems/{id}", scope="invoice_read")
def retrieve(call: Call) -> dict:
    return call.world.get("invoiceitem", call.path["id"], "invoiceitem")


@route("POST", "/v1/invoiceitems/{id}", scope="invoice_write", takes=("description", "metadata"))
def update(call: Call) -> dict:
    item = retrieve(call)
    if "description" in call.params:
        item["description"] = unset(call.params["description"])
    item["metadata"] = metadata(item["metadata"], call.params.get("metadata"))
    return item


@route("DELETE", "/v1/invoiceitems/{id}", scope="invoice_write")
def delete(call: Call) -> dict:
    world = call.world
    item = retrieve(call)
    if item["invoice"] is not None:
        raise InvalidRequest("You can only delete invoice items that are not attached to an invoice.", param="invoiceitem")
    world.remove(item)
    world.emit("invoiceitem.deleted", item)
    return deleted(item)


@route("GET", "/v1/invoiceitems", scope="invoice_read", takes=("created", "customer", "invoice", "pending"))
def list_all(call: Call) -> Page:
    world, params = call.world, call.params
    if "invoice" in params:
        rows = newest_first(world.by("invoiceitem", "invoice", params["invoice"]))
    elif "customer" in params:
        rows = newest_first(world.by("invoiceitem", "customer", params["customer"]))
    else:
        rows = world.newest("invoiceitem")
    if "pending" in params:
        rows = [row for row in rows if (row["invoice"] is None) is params["pending"]]
    return listing(call, rows)
