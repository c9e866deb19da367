"""Lists: `limit`, `starting_after`, `ending_before`, `has_more`."""

from typing import Any

from ..errors import InvalidRequest, ResourceMissing

DEFAULT_LIMIT = 10
MAX_LIMIT = 100


def cut(items: list[dict], params: dict, noun: str = "object") -> tuple[list[dict], bool]:
    """One page of `items` and whether there are more. Raises InvalidRequest for a limit out of 1–100, or a cursor not in the list."""
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidRequest(
            "This value must be greater than or equal to 1." if limit < 1 else f"This value must be less than or equal to {MAX_LIMIT}.",
            code="parameter_invalid_integer",
            param="limit",
        )
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise InvalidRequest("You can only specify one of these parameters: starting_after, ending_before.")
    if before:
        end = _position(items, before, "ending_before", noun)
        start = max(0, end - limit)
        return items[start:end], start > 0
    start = _position(items, after, "starting_after", noun) + 1 if after else 0
    return items[start : start + limit], start + limit < len(items)


def _position(items: list[dict], cursor: str, param: str, noun: str) -> int:
    for index, item in enumerate(items):
        if item["id"] == cursor:
            return index
    raise ResourceMissing(noun, cursor, param)


def within(value: int, window: Any) -> bool:
    """Whether a time fits a `created`-like filter: a number, or `{gt, gte, lt, lte}`."""
    if not isinstance(window, dict):
        return value == window
    return (
        value > window.get("gt", value - 1)
        and value >= window.get("gte", value)
        and value < window.get("lt", value + 1)
        and value <= window.get("lte", value)
    )
