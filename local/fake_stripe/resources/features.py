"""Features that products can include, and what a customer is entitled to through them."""

from ..errors import InvalidRequest
from ..registry import Call, Page, page_url, route
from ..support import assign, listing, live_customer, metadata
from ..world import newest_first

page_url("entitlements.active_entitlement_summary", "entitlements", "/v1/customer/{customer}/entitlements")


@route("POST", "/v1/entitlements/features", scope="entitlement_write", takes=("lookup_key", "metadata", "name"))
def create(call: Call) -> dict:
    world, params = call.world, call.params
    if world.by("entitlements.feature", "lookup_key", params["lookup_key"]):
        raise InvalidRequest(
            f"A feature with the lookup key {params['lookup_key']} already exists.", code="resource_already_exists", param="lookup_key"
        )
    return world.put(
        {
            "id": world.new_id("feat"),
            "object": "entitlements.feature",
            "active": True,
            "livemode": False,
            "lookup_key": params["lookup_key"],
            "metadata": metadata({}, params.get("metadata")),
            "name": params["name"],
        }
    )


@route("GET", "/v1/entitlements/features/{id}", scope="entitlement_read")
def retrieve(call: Call) -> dict:
    return call.world.get("entitlements.feature", call.path["id"])


@route("POST", "/v1/entitlements/features/{id}", scope="entitlement_write", takes=("active", "metadata", "name"))
def update(call: Call) -> dict:
    feature = call.world.get("entitlements.feature", call.path["id"])
    assign(feature, call.params, "active", "name")
    feature["metadata"] = metadata(feature["metadata"], call.params.get("metadata"))
    return feature


@route("GET", "/v1/entitlements/features", scope="entitlement_read", takes=("archived", "lookup_key"))
def list_all(call: Call) -> Page:
    rows = call.world.newest("entitlements.feature")
    rows = [row for row in rows if row["active"] is not call.params.get("archived", False)]
    return listing(call, rows, "lookup_key")


@route("GET", "/v1/entitlements/active_entitlements", scope="entitlement_read", takes=("customer",))
def list_active(call: Call) -> Page:
    customer = live_customer(call.world, call.params["customer"])
    return Page(newest_first(call.world.by("entitlements.active_entitlement", "_customer", customer["id"])))


@route("GET", "/v1/entitlements/active_entitlements/{id}", scope="entitlement_read")
def retrieve_active(call: Call) -> dict:
    return call.world.get("entitlements.active_entitlement", call.path["id"])
