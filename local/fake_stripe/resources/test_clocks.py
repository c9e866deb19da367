"""Test clocks: a stretch of time of its own for some customers, moved by hand."""

from ..engine.cancellation import ENDED, cancel_now
from ..errors import InvalidRequest
from ..money import add_interval
from ..registry import Call, Page, route
from ..settings import DAY
from ..support import deleted, listing
from ..world import World

# A clock is deleted 30 days after it was made, in real time.
LIFETIME = 30 * DAY


@route("POST", "/v1/test_helpers/test_clocks", scope="billing_clock_write", takes=("frozen_time", "name"))
def create(call: Call) -> dict:
    world, params = call.world, call.params
    real = int(world.wall())
    clock = {
        "id": world.new_id("clock"),
        "object": "test_helpers.test_clock",
        "created": real,
        "deletes_after": real + LIFETIME,
        "frozen_time": params["frozen_time"],
        "livemode": False,
        "name": params.get("name"),
        "status": "ready",
        "status_details": {},
    }
    world.put(clock)
    world.new_test_clock(clock["id"], clock["frozen_time"])
    world.emit("test_helpers.test_clock.created", clock)
    return clock


@route("GET", "/v1/test_helpers/test_clocks/{id}", scope="billing_clock_read")
def retrieve(call: Call) -> dict:
    return call.world.get("test_helpers.test_clock", call.path["id"], "test_clock")


@route("GET", "/v1/test_helpers/test_clocks", scope="billing_clock_read")
def list_all(call: Call) -> Page:
    return listing(call, call.world.newest("test_helpers.test_clock"))


@route("POST", "/v1/test_helpers/test_clocks/{id}/advance", scope="billing_clock_write", takes=("frozen_time",))
def advance(call: Call) -> dict:
    """Answers `advancing`, as Stripe does; the next retrieve says `ready`."""
    world, target = call.world, call.params["frozen_time"]
    clock = retrieve(call)
    if target <= clock["frozen_time"]:
        raise InvalidRequest("You can only advance a test clock to a time in the future.", param="frozen_time")
    limit = _limit(world, clock)
    if target > limit:
        raise InvalidRequest(
            "You can only advance a test clock by up to two intervals of the shortest subscription on it.", param="frozen_time"
        )
    clock.update(status="advancing", status_details={"advancing": {"target_frozen_time": target}})
    world.emit("test_helpers.test_clock.advancing", clock)
    answer = dict(clock)
    world.clocks[clock["id"]].advance(target)
    clock.update(frozen_time=target, status="ready", status_details={})
    world.emit("test_helpers.test_clock.ready", clock)
    return answer


def _limit(world: World, clock: dict) -> int:
    """Stripe moves a clock at most two billing periods at once, of the shortest subscription on it."""
    ends = []
    for subscription in world.by("subscription", "test_clock", clock["id"]):
        if subscription["ended_at"] is None:
            for item in subscription["items"]:
                recurring = world.get("price", item["price"])["recurring"]
                ends.append(add_interval(clock["frozen_time"], recurring["interval"], 2 * recurring["interval_count"]))
    return min(ends, default=clock["frozen_time"] + 2 * 366 * DAY)


@route("DELETE", "/v1/test_helpers/test_clocks/{id}", scope="billing_clock_write")
def delete(call: Call) -> dict:
    """Takes its customers along."""
    world = call.world
    clock = retrieve(call)
    for customer in world.by("customer", "test_clock", clock["id"]):
        for subscription in world.by("subscription", "customer", customer["id"]):
            if subscription["status"] not in ENDED:
                cancel_now(world, subscription)
        world.remove(customer)
    world.remove(clock)
    world.clocks.pop(clock["id"])
    world.emit("test_helpers.test_clock.deleted", clock)
    return deleted(clock)
