"""Events, rendered in the account's default release whatever the request says."""

import marshal

from ..contract import Contract, default_contract
from ..contract.shape import renderer_for
from ..errors import InvalidRequest
from ..registry import Call, Page, route, view
from ..settings import DAY
from ..support import listing
from ..world import World, newest_first

KEPT_DAYS = 30


@route("GET", "/v1/events/{id}", scope="event_read")
def retrieve(call: Call) -> dict:
    return call.world.get("event", call.path["id"])


@route("GET", "/v1/events", scope="event_read", takes=("created", "delivery_success", "type", "types"))
def list_all(call: Call) -> Page:
    world, params = call.world, call.params
    if "type" in params and "types" in params:
        raise InvalidRequest("You may only specify one of these parameters: type, types.", param="types")
    if "type" in params and not params["type"].endswith("*"):
        rows = newest_first(world.by("event", "type", params["type"]))
    elif "type" in params:
        prefix = params["type"][:-1]
        rows = [row for row in world.newest("event") if row["type"].startswith(prefix)]
    elif "types" in params:
        wanted = set(params["types"])
        rows = [row for row in world.newest("event") if row["type"] in wanted]
    else:
        rows = world.newest("event")
    if "delivery_success" in params:
        rows = [row for row in rows if _delivered(world, row["id"]) is params["delivery_success"]]
    oldest = int(world.wall()) - KEPT_DAYS * DAY
    if rows and rows[-1]["created"] < oldest:
        rows = [row for row in rows if row["created"] >= oldest]
    return listing(call, rows)


def _delivered(world: World, event: str) -> bool:
    """False also while a delivery is still to come (API reference, "List all events")."""
    return not world.pending_webhooks(event) and not world.delivery_failed(event)


@view("event")
def shown(world: World, event: dict, _: Contract) -> dict:
    return in_release(world, event, default_contract())


def in_release(world: World, event: dict, contract: Contract) -> dict:
    """The event with its object as it was then, in the words of a release."""
    renderer = renderer_for(world, contract)
    data: dict = {"object": renderer.show(marshal.loads(event["_data"]))}
    if event["_previous"] is not None:
        data["previous_attributes"] = renderer.show_partial(event["_kind"], marshal.loads(event["_previous"]))
    if event["type"] == "invoice.upcoming":
        data["object"].pop("id", None)
    return {
        "id": event["id"],
        "object": "event",
        "api_version": contract.api_version,
        "created": event["created"],
        "data": data,
        "livemode": False,
        "pending_webhooks": world.pending_webhooks(event["id"]),
        "request": event["request"],
        "type": event["type"],
    }
