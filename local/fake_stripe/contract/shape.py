"""How an object looks in one release: only the fields its resource class knows, nested objects resolved, expansions done.

The world keeps each object once, in the newest release's words, with ids where it points to others. Showing it means walking the
release's declared fields beside it.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InvalidRequest
from ..registry import REGISTRY
from . import Contract

if TYPE_CHECKING:
    from ..world import World

# A list's leading `data` counts (stripe/stripe-java#2011).
MAX_EXPAND_DEPTH = 4


class Expansion(NamedTuple):
    """What an `expand` asks for: `tree` as nested hashes, and the names of the `objects` that are shown for it."""

    tree: dict
    objects: frozenset[str]


def expansion(contract: Contract, returns: Any, paths: list[str]) -> Expansion:
    """Of `["data.customer", "latest_invoice.payments"]`, after checking that each can be expanded."""
    tree: dict = {}
    objects: set[str] = set()
    for path in paths:
        segments = path.split(".")
        if len(segments) > MAX_EXPAND_DEPTH:
            raise InvalidRequest(f"You cannot expand more than {MAX_EXPAND_DEPTH} levels of a property: {path}", param="expand[0]")
        kind = returns
        if isinstance(kind, list) and kind[0] == "page":
            if segments[0] != "data":
                raise InvalidRequest(
                    f"This property cannot be expanded ({path}). You may want to try expanding 'data.{path}' instead.", param="expand[0]"
                )
            segments, kind = segments[1:], ["ref", kind[1]]
        objects |= _check(contract, kind, segments, path)
        node = tree
        for segment in segments:
            node = node.setdefault(segment, {})
    return Expansion(tree, frozenset(objects))


def _check(contract: Contract, kind: Any, segments: list[str], path: str) -> set[str]:
    """Walks the declared types along the path; the objects met that are not shown without it.

    Unions and untyped fields end the walk: what they hold is known only when shown.
    """
    met: set[str] = set()
    for position, segment in enumerate(segments):
        if not isinstance(kind, list) or kind[0] not in ("ref", "id", "page"):
            return met
        if kind[0] == "page":
            if segment != "data":
                raise InvalidRequest(f"This property cannot be expanded ({path}).", param="expand[0]")
            kind = ["ref", kind[1]]
            continue
        owner, fields = contract.names.get(kind[1], ""), contract.classes.get(kind[1], {})
        if segment not in fields:
            raise InvalidRequest(f"This property cannot be expanded ({path}).", param="expand[0]")
        kind = fields[segment][0]
        if position == len(segments) - 1 and not _expandable(contract, kind, segment):
            raise InvalidRequest(f"This property cannot be expanded ({path}).", param="expand[0]")
        while isinstance(kind, list) and kind[0] == "list":
            kind = kind[1]
        if isinstance(kind, list) and (kind[0] == "id" or (kind[0] == "page" and (owner, segment) in REGISTRY.includes)):
            met.add(contract.names.get(kind[1], ""))
    return met - {""}


def _expandable(contract: Contract, kind: Any, segment: str) -> bool:
    while isinstance(kind, list) and kind[0] == "list":
        kind = kind[1]
    if isinstance(kind, list) and kind[0] in ("id", "page"):
        return True
    return any(field == segment for _, field in REGISTRY.includes)


def renderer_for(world: "World", contract: Contract) -> "Renderer":
    """The world's renderer of a release, made once."""
    renderer = world.renderers.get(contract.api_version)
    if renderer is None:
        renderer = world.renderers[contract.api_version] = Renderer(contract, world)
    return renderer


class Renderer:
    """Shows the world's objects in one release."""

    def __init__(self, contract: Contract, world: "World"):
        self.contract = contract
        self.world = world

    def show(self, stored: dict, expand: dict | None = None) -> dict:
        """The object as the release answers it."""
        name = stored["object"]
        class_key = self.contract.objects.get(name)
        if class_key is None or stored.get("deleted"):
            return stored
        rewrite = REGISTRY.views.get(name)
        if rewrite is not None:
            stored = rewrite(self.world, stored, self.contract)
        shown = self._fields(class_key, stored, expand or {}, stored)
        for field in expand or ():
            compute = REGISTRY.includes.get((name, field))
            declared = self.contract.classes[class_key].get(field)
            if compute is not None and declared is not None:
                shown[field] = self._value(declared[0], compute(self.world, stored), (expand or {})[field], field, stored)
        return shown

    def show_partial(self, object_name: str, some: dict) -> dict:
        """Some fields of an object (an event's `previous_attributes`) in the release's words."""
        class_key = self.contract.objects.get(object_name)
        return some if class_key is None else self._partial(class_key, some)

    def _partial(self, class_key: str, some: dict) -> dict:
        """Lists stay `{data: […]}` with their items whole; hashes keep only their changed keys."""
        declared = self.contract.classes.get(class_key, {})
        shown = {}
        for field, value in some.items():
            if field not in declared:
                continue
            kind = declared[field][0]
            if isinstance(kind, list) and kind[0] == "page" and value is not None:
                items = value["data"] if isinstance(value, dict) else value
                shown[field] = {"data": [self._reference(kind[1], item, {}, {"object": ""}) for item in items]}
            elif isinstance(kind, list) and kind[0] == "ref" and isinstance(value, dict) and "object" not in value:
                shown[field] = self._partial(kind[1], value)
            else:
                shown[field] = self._value(kind, value, None, field, {"object": ""})
        return shown

    def _fields(self, class_key: str, stored: dict, expand: dict, owner: dict) -> dict:
        declared = self.contract.classes[class_key]
        shown = {}
        for field, value in stored.items():
            entry = declared.get(field)
            if entry is None:
                continue
            kind = entry[0]
            if value is None or isinstance(kind, str) or kind[0] == "enum":
                shown[field] = value
            else:
                shown[field] = self._value(kind, value, expand.get(field), field, owner)
        return shown

    def _value(self, kind: Any, value: Any, expand: dict | None, field: str, owner: dict) -> Any:
        if value is None or isinstance(kind, str):
            return value
        name, detail = kind
        if name == "list":
            return [self._value(detail, item, expand, field, owner) for item in value]
        if name == "ref":
            return self._reference(detail, value, expand, owner)
        if name == "id":
            return value if expand is None else self._reference(detail, value, expand, owner)
        if name == "page":
            return self._page(detail, value, expand, field, owner)
        if name == "map" and isinstance(detail, list) and detail[0] == "ref":
            return {key: self._fields(detail[1], item, {}, owner) for key, item in value.items()}
        if name == "union" and isinstance(value, dict) and "object" in value:
            return self.show(value, expand)
        return value

    def _reference(self, class_key: str, value: Any, expand: dict | None, owner: dict) -> Any:
        """A nested hash; or, by id, a whole object of its own."""
        if isinstance(value, dict):
            return self.show(value, expand) if isinstance(value.get("object"), str) else self._fields(class_key, value, expand or {}, owner)
        name = self.contract.names.get(class_key, "")
        compute = REGISTRY.lookups.get(name)
        found = compute(self.world, value) if compute else self.world.find(name, str(value))
        return value if found is None else self.show(found, expand)

    def _page(self, class_key: str, value: Any, expand: dict | None, field: str, owner: dict) -> dict:
        items = value if isinstance(value, list) else list(value)
        inner = (expand or {}).get("data", {})
        shown = items[:10]
        page = {
            "object": "list",
            "data": [self._reference(class_key, item, inner, owner) for item in shown],
            "has_more": len(items) > len(shown),
        }
        address = REGISTRY.page_urls.get((owner["object"], field))
        page["url"] = address.format_map(owner) if address else f"/v1/{owner['object']}s/{owner.get('id', '')}/{field}"
        return page
