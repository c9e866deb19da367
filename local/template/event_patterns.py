"""EventBridge's event patterns, as a Pipe's filter uses them.

Source: EventBridge user guide, "Creating Amazon EventBridge event patterns" and "Comparison operators". Fields of a pattern are
joined by and, the values of a field by or.
"""

from collections.abc import Callable
from typing import Any

Matcher = Callable[[Any], bool]


def matcher(pattern: Any) -> Matcher:
    """What says whether an event matches. Raises `ValueError` for what is no pattern, or one that the local stack does not know."""
    if not isinstance(pattern, dict) or not pattern:
        raise ValueError(f"not an event pattern: {pattern!r}")
    if "$or" in pattern:
        raise ValueError("the local stack does not know $or in a pattern")
    fields = {name: _values(name, wanted) if isinstance(wanted, list) else matcher(wanted) for name, wanted in pattern.items()}

    def matches(event: Any) -> bool:
        return isinstance(event, dict) and all(field(event.get(name, _MISSING)) for name, field in fields.items())

    return matches


_MISSING = object()


def _values(name: str, wanted: list[Any]) -> Matcher:
    alternatives = [_value(name, each) for each in wanted]

    def matches(found: Any) -> bool:
        candidates = found if isinstance(found, list) else [found]
        return any(alternative(candidate) for candidate in candidates for alternative in alternatives)

    return matches


def _value(name: str, wanted: Any) -> Matcher:
    if not isinstance(wanted, dict):
        return lambda found: type(found) is type(wanted) and found == wanted
    match wanted:
        case {"exists": bool(exists)}:
            return lambda found: (found is not _MISSING) is exists
        case {"prefix": str(prefix)}:
            return lambda found: isinstance(found, str) and found.startswith(prefix)
        case {"suffix": str(suffix)}:
            return lambda found: isinstance(found, str) and found.endswith(suffix)
        case {"equals-ignore-case": str(text)}:
            return lambda found: isinstance(found, str) and found.lower() == text.lower()
        case {"anything-but": str() | int() | list() as refused}:
            unwanted = refused if isinstance(refused, list) else [refused]
            return lambda found: found is not _MISSING and found not in unwanted
    raise ValueError(f"the local stack does not know the filter {wanted!r} of {name}")
