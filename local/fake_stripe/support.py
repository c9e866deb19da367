"""Small things every resource needs: metadata, unsetting by empty string, deleted markers."""

from typing import Any

from .errors import InvalidRequest, ResourceMissing
from .registry import Call, Page
from .server.paging import within
from .world import World

MAX_METADATA_KEYS = 50
MAX_METADATA_KEY = 40
MAX_METADATA_VALUE = 500


def metadata(current: dict, given: Any) -> dict:
    """Metadata after an update: keys merge, an empty value unsets its key, an empty string all. Raises InvalidRequest beyond limits."""
    if given is None:
        return current
    if given == "":
        return {}
    assert isinstance(given, dict)
    for key, value in given.items():
        if len(key) > MAX_METADATA_KEY or len(value) > MAX_METADATA_VALUE:
            raise InvalidRequest(
                f"Metadata keys can be up to {MAX_METADATA_KEY} characters long, values up to {MAX_METADATA_VALUE}.",
                param=f"metadata[{key}]",
            )
    merged = {key: value for key, value in {**current, **given}.items() if value != ""}
    if len(merged) > MAX_METADATA_KEYS:
        raise InvalidRequest(f"You can only set up to {MAX_METADATA_KEYS} metadata keys.", param="metadata")
    return merged


def unset(value: object) -> Any:
    """An empty string in a request means: no value."""
    return None if value == "" else value


def assign(row: dict, params: dict, *names: str) -> None:
    """Copies what was sent, unsetting what was sent empty; leaves the rest alone."""
    for name in names:
        if name in params:
            row[name] = unset(params[name])


def require_text(params: dict, *names: str) -> None:
    """Raises InvalidRequest when a text that cannot be unset is sent empty."""
    for name in names:
        if params.get(name) == "":
            raise InvalidRequest(
                f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; however '{name}' "
                f"cannot be unset. You should remove '{name}' from your request or supply a non-empty value.",
                code="parameter_invalid_empty",
                param=name,
            )


def address(given: Any) -> dict | None:
    """A full address hash of what was sent; None when unset."""
    if not given:
        return None
    assert isinstance(given, dict)
    return {name: unset(given.get(name)) for name in ("city", "country", "line1", "line2", "postal_code", "state")}


def listing(call: Call, rows: list[dict], *equal: str) -> Page:
    """A list answer: `rows` newest first, filtered by `created` and by fields that must equal the parameter of the same name."""
    params = call.params
    if "created" in params:
        rows = [row for row in rows if within(row["created"], params["created"])]
    for name in equal:
        if name in params:
            rows = [row for row in rows if row.get(name) == params[name]]
    return Page(rows)


def deleted(row: dict) -> dict:
    return {"id": row["id"], "object": row["object"], "deleted": True}


def live_customer(world: World, customer_id: str, param: str = "customer") -> dict:
    """A customer that was not deleted. Raises ResourceMissing."""
    customer = world.get("customer", customer_id, param)
    if customer.get("deleted"):
        raise ResourceMissing("customer", customer_id, param)
    return customer
