"""Subscription items on their own: read, add, change, remove. Changes go through the subscription's update, prorations and all."""

from ..registry import Call, Page, route
from ..support import deleted
from . import subscriptions

CHANGE = "metadata payment_behavior price price_data proration_behavior proration_date quantity".split()
BILLING = ("payment_behavior", "proration_behavior", "proration_date")


@route("GET", "/v1/subscription_items/{id}", scope="subscription_read")
def retrieve(call: Call) -> dict:
    return call.world.get("subscription_item", call.path["id"], "item")


@route("GET", "/v1/subscription_items", scope="subscription_read", takes=("subscription",))
def list_all(call: Call) -> Page:
    items = call.world.get("subscription", call.params["subscription"], "subscription")["items"]
    return Page(items, total_count=len(items))


@route("POST", "/v1/subscription_items", scope="subscription_write", takes=(*CHANGE, "subscription"))
def create(call: Call) -> dict:
    subscription_id = call.params["subscription"]
    before = {item["id"] for item in call.world.get("subscription", subscription_id, "subscription")["items"]}
    after = _change(call, subscription_id, {})
    return next(item for item in after["items"] if item["id"] not in before)


@route("POST", "/v1/subscription_items/{id}", scope="subscription_write", takes=CHANGE)
def update(call: Call) -> dict:
    item = retrieve(call)
    _change(call, item["subscription"], {"id": item["id"]})
    return item


@route(
    "DELETE", "/v1/subscription_items/{id}", scope="subscription_write", takes=("payment_behavior", "proration_behavior", "proration_date")
)
def delete(call: Call) -> dict:
    item = retrieve(call)
    _change(call, item["subscription"], {"id": item["id"], "deleted": True})
    return deleted(item)


def _change(call: Call, subscription_id: str, entry: dict) -> dict:
    params = {name: call.params[name] for name in BILLING if name in call.params}
    wanted = {name: call.params[name] for name in ("metadata", "price", "price_data", "quantity") if name in call.params}
    inner = Call(call.world, call.contract, {**params, "items": [{**entry, **wanted}]}, {"id": subscription_id})
    return subscriptions.update(inner)
