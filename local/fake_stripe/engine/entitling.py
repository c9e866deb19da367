"""What customers are entitled to: the features of the products they subscribe to.

A product's feature change reaches an existing subscription at its next period, so each subscription item remembers the features it
brought when its period began (`_features`).
"""

from ..world import World

# A past_due subscription keeps its entitlements; unpaid, paused, incomplete and ended ones do not (assumption entitling_statuses).
ENTITLING = ("active", "trialing", "past_due")


def features_of(world: World, price_id: str) -> list[str]:
    """Ids of the features the price's product includes now."""
    product = world.get("price", price_id)["product"]
    return [attached["entitlement_feature"] for attached in world.by("product_feature", "_product", product)]


def refresh(world: World, customer_id: str) -> None:
    """Brings active entitlements in line with subscriptions; tells the summary when anything changed."""
    wanted: dict[str, None] = {}
    for subscription in world.by("subscription", "customer", customer_id):
        if subscription["status"] in ENTITLING:
            for item in subscription["items"]:
                wanted.update(dict.fromkeys(item["_features"]))
    held = world.by("entitlements.active_entitlement", "_customer", customer_id)
    if [row["feature"] for row in held] == list(wanted) or {row["feature"] for row in held} == set(wanted):
        return
    before = summary(world, customer_id)
    for row in held:
        if row["feature"] not in wanted:
            world.remove(row)
    kept = {row["feature"] for row in held}
    for feature_id in wanted:
        if feature_id not in kept:
            feature = world.get("entitlements.feature", feature_id)
            world.put(
                {
                    "id": world.new_id("ent"),
                    "object": "entitlements.active_entitlement",
                    "feature": feature_id,
                    "livemode": False,
                    "lookup_key": feature["lookup_key"],
                    "_customer": customer_id,
                }
            )
    previous = {"entitlements": {"data": [strip(row) for row in before["entitlements"]]}}
    world.emit("entitlements.active_entitlement_summary.updated", summary(world, customer_id), previous)


def summary(world: World, customer_id: str) -> dict:
    return {
        "object": "entitlements.active_entitlement_summary",
        "customer": customer_id,
        "entitlements": [strip(row) for row in world.by("entitlements.active_entitlement", "_customer", customer_id)],
        "livemode": False,
    }


def strip(row: dict) -> dict:
    return {name: value for name, value in row.items() if name[0] != "_"}
