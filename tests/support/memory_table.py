"""A DynamoDB table in memory, behind pynamodb's own models: for the tests that need tens of thousands of writes.

It stands where pynamodb's `TableConnection` stands, takes pynamodb's own condition and update expressions and evaluates them
on DynamoDB's JSON. `tests/unit/state/test_memory_table.py` holds it against moto.
"""

import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.exceptions import DeleteError, PynamoDBException, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import RemoveAction, SetAction

Json = dict[str, Any]
_MISSING = object()


def _at_once(operation: Callable[[], Any]) -> Any:
    return operation()


class MemoryTable:
    """`around` is given every operation and runs it: a test lets time pass, counts, or crashes before or after it."""

    def __init__(self, name: str, around: Callable[[Callable[[], Any]], Any] = _at_once) -> None:
        self.table_name = name
        self.items: dict[str, Json] = {}
        self.around = around
        self._lock = threading.Lock()

    def get_item(self, hash_key: str, range_key: str | None = None, consistent_read: bool = False, **_: Any) -> Json:
        def run() -> Json:
            with self._lock:
                found = self.items.get(hash_key)
                return {} if found is None else {"Item": found}

        return self.around(run)

    def batch_get_item(self, keys: list[Json], consistent_read: bool | None = None, **_: Any) -> Json:
        def run() -> Json:
            with self._lock:
                found = [self.items[key["pk"]] for key in keys if key["pk"] in self.items]
                return {"Responses": {self.table_name: found}, "UnprocessedKeys": {}}

        return self.around(run)

    def put_item(
        self, hash_key: str, range_key: str | None = None, attributes: Any = None, condition: Condition | None = None, **_: Any
    ) -> Json:
        def run() -> Json:
            with self._lock:
                self._check(condition, self.items.get(hash_key))
                self.items[hash_key] = attributes | {"pk": {"S": hash_key}}
                return {}

        return self.around(run)

    def update_item(
        self, hash_key: str, range_key: str | None = None, actions: Any = (), condition: Condition | None = None, **_: Any
    ) -> Json:
        def run() -> Json:
            with self._lock:
                current = self.items.get(hash_key)
                self._check(condition, current)
                updated = current if current is not None else {"pk": {"S": hash_key}}
                for action in actions:
                    updated = _act(updated, action)
                self.items[hash_key] = updated
                return {"Attributes": updated}

        return self.around(run)

    def delete_item(self, hash_key: str, range_key: str | None = None, condition: Condition | None = None, **_: Any) -> Json:
        def run() -> Json:
            with self._lock:
                self._check(condition, self.items.get(hash_key), DeleteError)
                self.items.pop(hash_key, None)
                return {}

        return self.around(run)

    def _check(self, condition: Condition | None, item: Json | None, refusal: type[PynamoDBException] = UpdateError) -> None:
        if condition is not None and not _holds(condition, item or {}):
            cause = ClientError(
                {"Error": {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}}, "UpdateItem"
            )
            raise refusal("The condition does not hold", cause)


def _act(item: Json, action: Any) -> Json:
    """The item with one action done. What the action does not touch is shared with the item as it was, which stays as it was."""
    updated = holder = dict(item)
    *parents, last = action.values[0].path
    for name in parents:
        if name not in holder:
            cause = ClientError({"Error": {"Code": "ValidationException", "Message": "invalid document path"}}, "UpdateItem")
            raise UpdateError("Failed to update item", cause)
        holder[name] = {"M": dict(holder[name]["M"])}
        holder = holder[name]["M"]
    if isinstance(action, SetAction):
        value: Any = action.values[1]
        holder[last] = value.value
    elif isinstance(action, RemoveAction):
        holder.pop(last, None)
    else:
        raise NotImplementedError(type(action))
    return updated


def _resolve(operand: Any, item: Json) -> Any:
    if not hasattr(operand, "path"):
        return operand.value
    *parents, last = operand.path
    holder: Any = item
    for name in parents:
        holder = holder.get(name, {}).get("M", {})
    return holder.get(last, _MISSING)


def _holds(condition: Condition, item: Json) -> bool:
    match condition.operator:
        case "AND":
            return _holds(condition.values[0], item) and _holds(condition.values[1], item)
        case "OR":
            return _holds(condition.values[0], item) or _holds(condition.values[1], item)
        case "NOT":
            return not _holds(condition.values[0], item)
        case "attribute_exists":
            return _resolve(condition.values[0], item) is not _MISSING
        case "attribute_not_exists":
            return _resolve(condition.values[0], item) is _MISSING
    left, right = (_resolve(operand, item) for operand in condition.values)
    if left is _MISSING or right is _MISSING:
        return condition.operator == "<>"
    match condition.operator:
        case "=":
            return left == right
        case "<>":
            return left != right
        case "<":
            return "N" in left and "N" in right and int(left["N"]) < int(right["N"])
    raise NotImplementedError(condition.operator)
