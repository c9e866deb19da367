"""Whether a log line matches a metric filter's pattern, as CloudWatch Logs decides it for lines of JSON.

Source: CloudWatch Logs user guide, "Filter pattern syntax", "JSON": selectors, `=` and `!=` with a `*` at either end, `()` before `&&`
before `||`. A selector that finds no string and no number matches nothing, under `!=` either. Patterns with more than that are refused.
"""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

_TOKEN = re.compile(r"""\s*(?:(?P<sign>\|\||&&|!=|=|[(){}])|(?P<selector>\$(?:\.\w+)+)|"(?P<quoted>[^"]*)"|(?P<bare>[\w*]+))""")


def matches(pattern: str, line: str) -> bool:
    """Raises `ValueError` for a pattern that is not of this kind."""
    try:
        document = json.loads(line)
    except ValueError:
        document = None
    return _Reader(pattern, document).whole()


class _Reader:
    """Reads the pattern and decides it on the way."""

    def __init__(self, pattern: str, document: Any) -> None:
        self._tokens: list[tuple[str, str]] = []
        self._document = document
        at = 0
        while pattern[at:].strip():
            found = _TOKEN.match(pattern, at)
            if found is None:
                raise ValueError(f"no pattern for lines of JSON: {pattern[at:]}")
            assert found.lastgroup is not None
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()

    def whole(self) -> bool:
        self._take("{")
        value = self._either()
        self._take("}")
        if self._tokens:
            raise ValueError(f"more after the pattern: {self._tokens}")
        return value

    def _either(self) -> bool:
        value = self._both()
        while self._next("||"):
            value = self._both() or value
        return value

    def _both(self) -> bool:
        value = self._one()
        while self._next("&&"):
            value = self._one() and value
        return value

    def _one(self) -> bool:
        if self._next("("):
            value = self._either()
            self._take(")")
            return value
        kind, selector = self._tokens.pop(0)
        if kind != "selector":
            raise ValueError(f"{selector} is no selector")
        differs = self._next("!=")
        if not differs:
            self._take("=")
        kind, wanted = self._tokens.pop(0)
        if kind not in ("quoted", "bare"):
            raise ValueError(f"{wanted} is nothing to compare with")
        found = self._at(selector)
        return found is not None and fnmatchcase(found, wanted.replace("[", "[[]").replace("?", "[?]")) != differs

    def _at(self, selector: str) -> str | None:
        value = self._document
        for name in selector.split(".")[1:]:
            value = value.get(name) if isinstance(value, dict) else None
        return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None

    def _next(self, sign: str) -> bool:
        if self._tokens and self._tokens[0] == ("sign", sign):
            del self._tokens[0]
            return True
        return False

    def _take(self, sign: str) -> None:
        if not self._next(sign):
            raise ValueError(f"{sign} is missing before {self._tokens}")
