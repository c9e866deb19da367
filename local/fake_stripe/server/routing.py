"""Finds who answers a URL: a handler of ours, or nobody, though an SDK knows the call."""

from typing import Any

from ..contract import Contract
from ..registry import Registry


class _Node:
    __slots__ = ("children", "endpoints", "names")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.endpoints: dict[str, object] = {}
        self.names: dict[str, list[str]] = {}


class Routes:
    """A tree of path segments; a literal segment wins over a placeholder (`/invoices/create_preview` over `/invoices/{id}`)."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, method: str, path: str, target: Any) -> None:
        node, names = self._root, []
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                segment = "*"
            node = node.children.setdefault(segment, _Node())
        node.endpoints[method] = target
        node.names[method] = names

    def find(self, method: str, path: str) -> tuple[Any, dict[str, str]] | None:
        return self._walk(self._root, method, path.strip("/").split("/"), 0, [])

    def _walk(self, node: _Node, method: str, segments: list[str], at: int, values: list[str]) -> tuple[Any, dict[str, str]] | None:
        if at == len(segments):
            target = node.endpoints.get(method)
            return None if target is None else (target, dict(zip(node.names[method], values, strict=True)))
        literal = node.children.get(segments[at])
        found = self._walk(literal, method, segments, at + 1, values) if literal else None
        if found is None and "*" in node.children and segments[at]:
            found = self._walk(node.children["*"], method, segments, at + 1, [*values, segments[at]])
        return found


def same_call(one: str, other: str) -> bool:
    """Whether two paths differ in their placeholders' names only: `/customers/search` is not `/customers/{id}`."""
    return [segment[0] == "{" or segment for segment in one.split("/")[1:]] == [s[0] == "{" or s for s in other.split("/")[1:]]


def endpoint_routes(registry: Registry) -> Routes:
    routes = Routes()
    for endpoint in registry.endpoints:
        routes.add(endpoint.method, endpoint.path, endpoint)
    return routes


def declared_routes(contract: Contract) -> Routes:
    routes = Routes()
    for declared in contract.routes:
        routes.add(declared.method, declared.path, declared)
    return routes


def read_scopes(registry: Registry, contract: Contract) -> dict[str, str]:
    """From an object's name to the permission for retrieving one; objects that cannot be retrieved by themselves need none."""
    declared, scopes = declared_routes(contract), dict[str, str]()
    for endpoint in registry.endpoints:
        found = declared.find("GET", endpoint.path) if endpoint.method == "GET" and not endpoint.own else None
        returns = found[0].returns if found and same_call(found[0].path, endpoint.path) else None
        if isinstance(returns, list) and returns[0] == "ref" and returns[1] in contract.names:
            scopes[contract.names[returns[1]]] = endpoint.scope
    return scopes
