"""What the rest of your system is told when a user's item changes: from two images of the item to events for EventBridge.

The table's stream carries every write. Most of them are no news: a version that moved, an interval of doubt that grew, a mapping
that was written. Here the values are compared, so nothing that writes has to remember to tell anybody.

| detail type            | when |
|------------------------|------|
| subscription.activated | it begins: `trialing` or `active`, and until then unknown or `incomplete` |
| subscription.past_due  | it became `past_due`: a renewal failed, the grace period runs |
| subscription.ended     | it was live, and is canceled, has expired or is gone (with its user, or with its customer) |
| subscription.changed   | anything else told of a live one: plan, quantity, period (each renewal), cancellation, pause, trial, status |
| entitlements.changed   | the features that the customer is entitled to |

An event is delivered at least once, in no order that anybody promises; the same change always has the same `id`. It names
ids and states, never a person. `docs/events.md` shows one.
"""

from datetime import UTC, datetime
from typing import Any

from billing.access import GRANTING, is_live
from billing.shapes import Json
from billing.state.parts import ENTITLEMENTS, Value

ACTIVATED = "subscription.activated"
PAST_DUE = "subscription.past_due"
ENDED = "subscription.ended"
CHANGED = "subscription.changed"
ENTITLEMENTS_CHANGED = "entitlements.changed"

NOT_BEGUN = (None, "incomplete")

USER_PK = "user#"
"""As in `state.items`, which is not imported: pynamodb would be half of this function's cold start."""

Image = dict[str, Any]
"""An item in DynamoDB's JSON, as a stream record holds it: `{"pk": {"S": "user#…"}, "parts": {"M": {…}}, …}`."""


def events_of(record: Json) -> list[Json]:
    """The events of one record of the table's stream, as EventBridge Pipes hands it over. Raises `KeyError` on any other shape."""
    images = record["dynamodb"]
    return events_between(images.get("OldImage"), images.get("NewImage"), record["eventID"], images["ApproximateCreationDateTime"])


def events_between(old: Image | None, new: Image | None, event_id: str, at: float) -> list[Json]:
    """What is told of a change: a pure function of the two images (None: there was, or is, no item).

    `event_id` identifies the change, `at` is when it was made (Unix seconds). The result is in a fixed order.
    """
    pk: str = (new or old or {}).get("pk", {}).get("S", "")
    if not pk.startswith(USER_PK):
        return []
    before, after = _values(old), _values(new)
    common = {
        "time": datetime.fromtimestamp(at, UTC).isoformat(),
        "user": pk.removeprefix(USER_PK),
        "customer": _customer(new) or _customer(old),
    }
    events: list[Json] = []
    for key in sorted(before.keys() | after.keys()):
        told = _told(key, before.get(key), after.get(key))
        if told:
            events.append({"id": f"{event_id}/{key}/{told['type']}", **common, "cause": _source(new, key), **told})
    return events


def _told(key: str, old: Value | None, new: Value | None) -> Json | None:
    if key == ENTITLEMENTS:
        return _entitlements(old, new)
    kind, _, subscription = key.partition(":")
    return _subscription(subscription, old, new) if kind == "subscription" else None


def _entitlements(old: Value | None, new: Value | None) -> Json | None:
    before: Json = {"features": old["features"] if old else []}
    after: Json = {"features": new["features"] if new else []}
    return None if before == after else {"type": ENTITLEMENTS_CHANGED, "old": before, "new": after}


def _subscription(subscription: str, old: Value | None, new: Value | None) -> Json | None:
    before, after = _shown(old), _shown(new)
    kind = None if before == after else _kind(old, new)
    return {"type": kind, "subscription": subscription, "old": before, "new": after} if kind else None


def _kind(old: Value | None, new: Value | None) -> str | None:
    if new is None or not is_live(new):
        # One that is first heard of when it has ended had not begun for anybody.
        return ENDED if old is not None and is_live(old) else None
    before = old["status"] if old else None
    if new["status"] == before:
        return CHANGED
    if new["status"] == "past_due":
        return PAST_DUE
    return ACTIVATED if new["status"] in GRANTING and before in NOT_BEGUN else CHANGED


def _shown(value: Value | None) -> Json | None:
    """What is told of a subscription, named as in the API; times in Unix seconds. What it was paid with is nobody else's business."""
    if value is None:
        return None
    pending = value.get("pending")
    return {
        "status": value["status"],
        "productId": value.get("product"),
        "priceId": value.get("price"),
        "lookupKey": value.get("lookup_key"),
        "quantity": value.get("quantity"),
        "currentPeriodStart": value.get("period_start"),
        "currentPeriodEnd": value.get("period_end"),
        "cancelAt": value.get("cancel_at"),
        "trialEnd": value.get("trial_end"),
        "paused": value.get("paused"),
        "pendingPriceId": pending["price"] if pending else None,
    }


# ------------------------------------------------------------------------------------------------ reading an image


def _customer(image: Image | None) -> str | None:
    return _plain(image["customer"]) if image and "customer" in image else None


def _source(image: Image | None, key: str) -> str | None:
    """What wrote a part (`Part.source`); None for one that went with its item."""
    parts: Json = image["parts"]["M"] if image and "parts" in image else {}
    return _plain(parts[key]["M"]["source"]) if key in parts else None


def _values(image: Image | None) -> dict[str, Value]:
    """The parts' values by their keys, without those that have none."""
    parts: dict[str, Json] = _plain(image["parts"]) if image and "parts" in image else {}
    return {key: part["value"] for key, part in parts.items() if part["value"] is not None}


def _plain(attribute: Json) -> Any:
    """The value behind DynamoDB's JSON. Raises `KeyError` for a type that an item never holds (binary, sets)."""
    [(kind, value)] = attribute.items()
    return _READ[kind](value)


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _map(attributes: dict[str, Json]) -> dict[str, Any]:
    return {name: _plain(attribute) for name, attribute in attributes.items()}


def _list(attributes: list[Json]) -> list[Any]:
    return [_plain(attribute) for attribute in attributes]


def _null(_: bool) -> None:
    return None


_READ: dict[str, Any] = {"S": str, "N": _number, "BOOL": bool, "NULL": _null, "M": _map, "L": _list}
