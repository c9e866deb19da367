"""The control calls, one function each; what each takes and answers is its docstring (and README.md)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..contract import default_contract
from ..contract.shape import renderer_for
from ..resources.events import in_release
from ..resources.webhook_endpoints import wants
from ..webhooks.faults import DeliveryFaults

if TYPE_CHECKING:
    from ..server.app import App

ACTIONS: dict[tuple[str, str], Callable[["App", dict], object]] = {}
MAX_DRAIN = 120.0


def control(method: str, path: str) -> Callable[[Callable], Callable]:
    def register(action: Callable) -> Callable:
        ACTIONS[method, f"/_control/{path}"] = action
        return action

    return register


@control("GET", "health")
def health(app: "App", _: dict) -> dict:
    """`{status, now, real_now, objects: {kind: count}}`"""
    with app.world.lock:
        counts = {name: len(table.rows) for name, table in sorted(app.world.tables.items()) if table.rows}
        return {"status": "ok", "now": app.world.now(), "real_now": int(app.world.wall()), "objects": counts}


# -------------------------------------------------------------------------------------------------------- time
@control("GET", "clock")
def read_clock(app: "App", given: dict) -> dict:
    """`{now, due: [{at, job, object}]}` of the account's time, or of `test_clock`'s."""
    with app.world.lock:
        timeline = app.world.clocks[given["test_clock"]] if "test_clock" in given else app.world.timeline
        return {"now": timeline.now, "due": timeline.pending()}


@control("POST", "clock")
def move_clock(app: "App", given: dict) -> dict:
    """`{advance_seconds}` or `{to}` (Unix seconds): moves the time of everything that is not on a test clock. Answers `{now, jobs}`."""
    with app.world.lock:
        timeline = app.world.timeline
        target = given["to"] if "to" in given else timeline.now + int(given["advance_seconds"])
        if target < timeline.now:
            raise ValueError("time moves forward only")
        jobs = timeline.advance(int(target))
        return {"now": timeline.now, "jobs": jobs}


# --------------------------------------------------------------------------------------------------- settings
@control("GET", "settings")
def read_settings(app: "App", _: dict) -> dict:
    """The account's settings (settings.py)."""
    return app.world.settings.as_dict()


@control("POST", "settings")
def change_settings(app: "App", given: dict) -> dict:
    """Any of them; answers all."""
    with app.world.lock:
        app.world.settings.change(given)
        return app.world.settings.as_dict()


@control("POST", "keys")
def add_key(app: "App", given: dict) -> dict:
    """`{key?: "rk_test_…", scopes: ["customer_write", …]}`: makes a restricted key. Answers `{key, scopes}`."""
    with app.world.lock:
        value = given.get("key") or app.world.new_id("rk_test", 24)
    if not value.startswith("rk_test_"):
        raise ValueError("a restricted key starts with rk_test_")
    key = app.api.keys.add(value, list(given["scopes"]))
    return {"key": key.value, "scopes": sorted(key.scopes)}


@control("POST", "reset")
def reset(app: "App", _: dict) -> dict:
    """Forgets everything but webhook endpoints and keys when `keep_endpoints`, else everything but keys."""
    with app.world.lock:
        kept = list(app.world.table("webhook_endpoint").rows.values()) if _.get("keep_endpoints") else []
        app.world.clear()
        for endpoint in kept:
            app.world.put(endpoint)
        app.dispatcher.reset()
        app.faults.clear()
        app.api.forget()
    return {"reset": True}


# --------------------------------------------------------------------------------------------------- requests
@control("GET", "requests")
def requests(app: "App", given: dict) -> dict:
    """API requests received, newest first: `?method=&path=(prefix)&key=&limit=`. `{total, counts, requests}`"""
    return app.api.log.listing(
        method=given.get("method"), path=given.get("path"), key=given.get("key"), limit=int(given.get("limit", 1_000))
    )


@control("DELETE", "requests")
def forget_requests(app: "App", _: dict) -> dict:
    """Counts from zero again."""
    app.api.log.reset()
    return {"total": 0}


@control("GET", "faults")
def list_faults(app: "App", _: dict) -> dict:
    """Faults waiting for their API call."""
    return {"faults": app.faults.listing()}


@control("POST", "faults")
def add_fault(app: "App", given: dict) -> dict:
    """`{kind, method?, path?, count?, skip?, status?, seconds?, after_work?, headers?}`: see api_faults.py."""
    return {"id": app.faults.add(given).id}


@control("DELETE", "faults")
def clear_faults(app: "App", _: dict) -> dict:
    """No more faults."""
    app.faults.clear()
    return {"faults": []}


# --------------------------------------------------------------------------------------------------- webhooks
@control("GET", "webhooks/deliveries")
def deliveries(app: "App", given: dict) -> dict:
    """`?status=&event=&limit=`, newest first: `{total, deliveries: [{id, event, type, endpoint, url, status, attempts}]}`."""
    rows = [row.as_dict() for row in reversed(list(app.dispatcher.deliveries))]
    for name in ("status", "event", "type"):
        if name in given:
            rows = [row for row in rows if row[name] == given[name]]
    return {"total": len(rows), "deliveries": rows[: int(given.get("limit", 200))]}


@control("POST", "webhooks/drain")
def drain(app: "App", given: dict) -> dict:
    """Answers when no delivery is pending: `{idle: true}`; `{idle: false}` after `timeout` seconds (30)."""
    return {"idle": app.dispatcher.drain(min(float(given.get("timeout", 30)), MAX_DRAIN))}


@control("GET", "webhooks/faults")
def read_delivery_faults(app: "App", _: dict) -> dict:
    """The faults in force."""
    return app.dispatcher.faults.as_dict()


@control("POST", "webhooks/faults")
def set_delivery_faults(app: "App", given: dict) -> dict:
    """`{seed, drop, duplicate, reorder, reorder_within, delay, types}`; rates 0–1. An empty body: none."""
    app.dispatcher.set_faults(DeliveryFaults.from_json(given))
    return app.dispatcher.faults.as_dict()


@control("POST", "webhooks/policy")
def set_policy(app: "App", given: dict) -> dict:
    """`{attempts, backoff, timeout, workers}`: how often and how fast deliveries are retried, and how many are sent at once."""
    policy = app.dispatcher.policy
    policy.attempts = int(given.get("attempts", policy.attempts))
    policy.backoff = float(given.get("backoff", policy.backoff))
    policy.timeout = float(given.get("timeout", policy.timeout))
    if "workers" in given:
        app.dispatcher.set_workers(int(given["workers"]))
    return {"attempts": policy.attempts, "backoff": policy.backoff, "timeout": policy.timeout}


@control("POST", "webhooks/hold")
def hold(app: "App", _: dict) -> dict:
    """Deliveries of events made from now on wait for `release`."""
    app.dispatcher.hold()
    return {"holding": True}


@control("POST", "webhooks/release")
def release(app: "App", given: dict) -> dict:
    """`{order?: [event ids or types]}`: held deliveries go, in that order. `{released}`"""
    return {"released": app.dispatcher.release(order=given.get("order"))}


@control("POST", "webhooks/redeliver")
def redeliver(app: "App", given: dict) -> dict:
    """`{event, endpoint?, times?, timestamp?}`: sends an event again, to one endpoint or to all that want it, spared from faults;
    `timestamp` is the signature's `t` when not now. `{queued}`"""
    queued = 0
    with app.world.lock:
        event = app.world.get("event", given["event"])
        for endpoint in list(app.world.table("webhook_endpoint").rows.values()):
            if given.get("endpoint", endpoint["id"]) != endpoint["id"] or not wants(endpoint, event["type"]):
                continue
            for _ in range(int(given.get("times", 1))):
                app.dispatcher.submit(event, endpoint, timestamp=given.get("timestamp"), plain=True)
                queued += 1
    return {"queued": queued}


@control("POST", "webhooks/roll")
def roll(app: "App", given: dict) -> dict:
    """`{endpoint, retire?}`: what the Dashboard's "Roll secret" does, which no API call can. Old secrets sign too until called with
    `retire: true`. `{secret, signing_secrets}`, the latter their number."""
    with app.world.lock:
        endpoint = app.world.get("webhook_endpoint", given["endpoint"])
        if given.get("retire"):
            endpoint["_secrets"] = endpoint["_secrets"][:1]
        else:
            endpoint["_secrets"] = [app.world.next_webhook_secret(), *endpoint["_secrets"]]
        return {"secret": endpoint["_secrets"][0], "signing_secrets": len(endpoint["_secrets"])}


@control("GET", "events")
def events(app: "App", given: dict) -> dict:
    """The newest events as the account's default release shows them: `?limit=&type=`."""
    with app.world.lock:
        rows = app.world.newest("event")
        if "type" in given:
            rows = [row for row in rows if row["type"] == given["type"]]
        shown = [in_release(app.world, row, default_contract()) for row in rows[: int(given.get("limit", 100))]]
        return {"total": len(rows), "events": shown}


@control("GET", "objects")
def objects(app: "App", given: dict) -> dict:
    """The newest objects of a kind: `?kind=subscription&limit=`; without a kind, how many there are of each."""
    with app.world.lock:
        if "kind" not in given:
            return {"kinds": {name: len(table.rows) for name, table in sorted(app.world.tables.items()) if table.rows}}
        renderer = renderer_for(app.world, default_contract())
        rows = app.world.newest(given["kind"])
        return {"total": len(rows), "objects": [renderer.show(row) for row in rows[: int(given.get("limit", 100))]]}
