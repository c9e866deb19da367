"""Products, and which features each includes."""

from ..engine.catalog import PRODUCT_FIELDS, make_product
from ..errors import InvalidRequest, ResourceMissing
from ..registry import Call, Page, route
from ..support import assign, deleted, listing, metadata, require_text
from ..world import newest_first

TAKES = """
    active description images marketing_features metadata name shippable statement_descriptor tax_code unit_label url
""".split()


@route("POST", "/v1/products", scope="product_write", takes=(*TAKES, "default_price_data", "id", "type"))
def create(call: Call) -> dict:
    return make_product(call.world, call.params)


@route("GET", "/v1/products/{id}", scope="product_read")
def retrieve(call: Call) -> dict:
    return call.world.get("product", call.path["id"])


@route("POST", "/v1/products/{id}", scope="product_write", takes=(*TAKES, "default_price"))
def update(call: Call) -> dict:
    world = call.world
    product = world.get("product", call.path["id"])
    require_text(call.params, "name")
    if call.params.get("default_price"):
        _require_own(product, world.get("price", call.params["default_price"], "default_price"))
    with world.changing(product, "product.updated"):
        assign(product, call.params, *PRODUCT_FIELDS, "active", "default_price")
        product["images"] = product["images"] or []
        product["metadata"] = metadata(product["metadata"], call.params.get("metadata"))
        product["updated"] = world.now()
    return product


def _require_own(product: dict, price: dict) -> None:
    """Raises InvalidRequest for a default price that the product cannot have (assumption default_price_is_its_own).

    An empty one unsets it, though no SDK declares that. Source: a Stripe engineer in stripe/stripe-python#658.
    """
    if price["product"] != product["id"]:
        raise InvalidRequest(f"The price `{price['id']}` does not belong to the product `{product['id']}`.", param="default_price")
    if not price["active"]:
        raise InvalidRequest(f"The price `{price['id']}` is inactive: it cannot be a default price.", param="default_price")


@route("DELETE", "/v1/products/{id}", scope="product_write")
def delete(call: Call) -> dict:
    world = call.world
    product = world.get("product", call.path["id"])
    if world.by("price", "product", product["id"]):
        raise InvalidRequest("This product cannot be deleted because it has one or more user-created prices.")
    world.remove(product)
    world.emit("product.deleted", product)
    return deleted(product)


@route("GET", "/v1/products", scope="product_read", takes=("active", "created", "ids", "shippable", "type", "url"))
def list_all(call: Call) -> Page:
    rows = call.world.newest("product")
    if "ids" in call.params:
        rows = [row for row in rows if row["id"] in call.params["ids"]]
    return listing(call, rows, "active", "shippable", "type", "url")


# --------------------------------------------------------------------------------------------------- features
@route("POST", "/v1/products/{product}/features", scope="product_write", takes=("entitlement_feature",))
def attach_feature(call: Call) -> dict:
    world = call.world
    product = world.get("product", call.path["product"], "product")
    feature = world.get("entitlements.feature", call.params["entitlement_feature"], "entitlement_feature")
    if not feature["active"]:
        raise InvalidRequest("An archived feature cannot be attached to a product.", param="entitlement_feature")
    for attached in world.by("product_feature", "_product", product["id"]):
        if attached["entitlement_feature"] == feature["id"]:
            raise InvalidRequest(
                f"The feature {feature['id']} is already attached to the product {product['id']}.",
                code="resource_already_exists",
                param="entitlement_feature",
            )
    return world.put(
        {
            "id": world.new_id("prodft"),
            "object": "product_feature",
            "entitlement_feature": feature["id"],
            "livemode": False,
            "_product": product["id"],
        }
    )


@route("GET", "/v1/products/{product}/features", scope="product_read")
def list_features(call: Call) -> Page:
    product = call.world.get("product", call.path["product"], "product")
    return Page(newest_first(call.world.by("product_feature", "_product", product["id"])))


@route("GET", "/v1/products/{product}/features/{id}", scope="product_read")
def retrieve_feature(call: Call) -> dict:
    attached = call.world.get("product_feature", call.path["id"])
    if attached["_product"] != call.path["product"]:
        raise ResourceMissing("product_feature", call.path["id"])
    return attached


@route("DELETE", "/v1/products/{product}/features/{id}", scope="product_write")
def detach_feature(call: Call) -> dict:
    attached = retrieve_feature(call)
    call.world.remove(attached)
    return deleted(attached)
