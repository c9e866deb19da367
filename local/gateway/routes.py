"""Which route of an HTTP API takes a request.

Source of the order: API Gateway developer guide, "Routing API requests": a full match before a greedy path variable before `$default`;
at the same path a named method before ANY.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from local.template import Route

_VARIABLE = re.compile(r"\{([^{}+]+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Match:
    route: Route
    parameters: dict[str, str]
    """Path parameters, decoded."""


class Router:
    """Finds routes by method and (percent-encoded) path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        named = [route for route in routes if route.path != "$default"]
        self._default = next((route for route in routes if route.path == "$default"), None)
        self._routes = sorted(((route, _pattern(route.path)) for route in named), key=lambda pair: _rank(pair[0]))

    def find(self, method: str, path: str) -> Match | None:
        """The best route, or None: AWS then answers 404, for a wrong method too."""
        for route, pattern in self._routes:
            if route.method in ("ANY", method) and (match := pattern.fullmatch(path)):
                return Match(route, {name: unquote(value) for name, value in zip(_names(route.path), match.groups(), strict=True)})
        return Match(self._default, {}) if self._default else None


def _names(path: str) -> list[str]:
    return [name for name, _ in _VARIABLE.findall(path)]


def _pattern(path: str) -> re.Pattern[str]:
    parts: list[str] = []
    position = 0
    for match in _VARIABLE.finditer(path):
        parts.append(re.escape(path[position : match.start()]))
        parts.append("(.+)" if match[2] else "([^/]+)")
        position = match.end()
    parts.append(re.escape(path[position:]))
    return re.compile("".join(parts))


def _rank(route: Route) -> tuple[tuple[int, ...], bool]:
    """Lower is better: segment by segment literal, then variable, then greedy; then a named method."""
    segments = [2 if "+}" in part else 1 if "{" in part else 0 for part in route.path.split("/")]
    return (2 in segments, *segments), route.method == "ANY"
