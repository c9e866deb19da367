"""Stripe's JSON, read without trust in its depth."""

from typing import Any, cast

Json = dict[str, Any]


def child(source: Json, name: str) -> Json:
    """The object under a name; an empty one where there is none."""
    return cast(Json, source.get(name) or {})


def children(source: Json, name: str) -> list[Json]:
    """The objects of the list under a name: a plain one, or Stripe's list object (its first page)."""
    found: Any = source.get(name) or []
    return cast(list[Json], found["data"] if isinstance(found, dict) else found)


def identity(reference: Any) -> str | None:
    """The id of what may be an id, an expanded object or nothing."""
    return cast(Json, reference)["id"] if isinstance(reference, dict) else reference
