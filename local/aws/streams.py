"""What moto's DynamoDB Streams lack, mended in one place; and a word to whoever waits for their records.

| what | moto | here, as in DynamoDB |
|---|---|---|
| images | hold the item's own nested values, and so change with every later write | the item as it was then |
| a write that changes nothing | a record | none |
| an update that makes its item | two records, the first of a bare key | one |
| time of a record | to the microsecond | to the second |

Sources: DynamoDB developer guide, "Change data capture for DynamoDB Streams"; its API reference, StreamRecord.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard
from moto.dynamodb.models.utilities import dynamo_json_dump

_IMAGES = ("OldImage", "NewImage")


def install(written: Callable[[], None]) -> None:
    """Puts the methods in place. `written` is called after each record, while moto's lock is held: it must not wait for anything."""
    add, update_item = StreamShard.add, DynamoDBBackend.update_item

    def add_once(self: StreamShard, old: Item | None, new: Item | None) -> None:
        add(self, old, new)
        images: dict[str, Any] = self.items[-1].record["dynamodb"]
        images["ApproximateCreationDateTime"] = images["ApproximateCreationDateTime"].replace(microsecond=0)
        for name in _IMAGES:
            if name in images:
                images[name] = json.loads(dynamo_json_dump(images[name]))
        if old is not None and new is not None and images.get("OldImage") == images.get("NewImage"):
            self.items.pop()
        else:
            written()

    def update_item_once(self: DynamoDBBackend, table_name: str, *arguments: Any, **named: Any) -> Item:
        shard = self.get_table(table_name).stream_shard
        before = len(shard.items) if shard else 0
        item = update_item(self, table_name, *arguments, **named)
        if shard and len(shard.items) == before + 2:
            made = shard.items.pop(before)
            shard.items[before].record["dynamodb"]["SequenceNumber"] = made.record["dynamodb"]["SequenceNumber"]
        return item

    StreamShard.add = add_once  # type: ignore[method-assign]
    DynamoDBBackend.update_item = update_item_once  # type: ignore[method-assign]
