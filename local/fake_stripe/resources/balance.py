"""A customer's credit balance: negative is credit that the next invoice uses. Amounts are integer minor units."""

from ..engine.balance import move
from ..errors import InvalidRequest, ResourceMissing
from ..registry import Call, Page, route
from ..support import live_customer, metadata
from ..world import newest_first

PATH = "/v1/customers/{customer}/balance_transactions"


@route("POST", PATH, scope="customer_write", takes=("amount", "currency", "description", "metadata"))
def create(call: Call) -> dict:
    world, params = call.world, call.params
    customer = live_customer(world, call.path["customer"])
    currency = params["currency"].lower()
    if customer["currency"] not in (None, currency):
        raise InvalidRequest(f"The customer's currency is {customer['currency']}, not {currency}.", param="currency")
    moved = move(world, customer, params["amount"], currency, kind="adjustment")
    moved["description"] = params.get("description")
    moved["metadata"] = metadata({}, params.get("metadata"))
    return moved


@route("GET", f"{PATH}/{{id}}", scope="customer_read")
def retrieve(call: Call) -> dict:
    found = call.world.get("customer_balance_transaction", call.path["id"])
    if found["customer"] != call.path["customer"]:
        raise ResourceMissing("customer_balance_transaction", call.path["id"])
    return found


@route("GET", PATH, scope="customer_read")
def list_all(call: Call) -> Page:
    customer = live_customer(call.world, call.path["customer"])
    return Page(newest_first(call.world.by("customer_balance_transaction", "customer", customer["id"])))
