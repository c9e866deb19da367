"""Pipes: what is written to a table reaches the buses, as the template says; two Pipes over one stream."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from local.bus import BusEvent, DeadLetter
from local.ports import Ports
from local.stack import LocalStack
from tests.integration.local.support import FIXTURE

_names = count(1)


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    folder = FIXTURE / "streams"
    with LocalStack(
        ports=Ports.free(), template=folder / "template.yaml", site=FIXTURE / "site", environment={}, with_stripe=False
    ) as stack:
        yield stack


@pytest.fixture
def pk() -> str:
    """A key no other test writes."""
    return f"order#{next(_names)}"


def put(stack: LocalStack, pk: str, **attributes: Any) -> None:
    item = {"pk": {"S": pk}} | {name: {"S": value} if isinstance(value, str) else value for name, value in attributes.items()}
    stack.aws.call("dynamodb", "PutItem", TableName="recur-local-Table", Item=item)


def settled(stack: LocalStack, bus: str) -> list[BusEvent]:
    """All events of the bus once a last write has come through: the records of a stream come in order."""
    last = f"order#last{next(_names)}"
    put(stack, last, say="last")
    key = {"pk": {"S": last}}
    stack.bus.wait_for(
        lambda event: event.bus == bus and (event.detail.get("pk") == last or event.detail.get("dynamodb", {}).get("Keys") == key)
    )
    return [event for event in stack.bus.events if event.bus == bus]


def records(stack: LocalStack, pk: str) -> list[dict[str, Any]]:
    """What a Pipe saw of an item."""
    return [event.detail for event in settled(stack, "recur-local-OtherBus") if event.detail["dynamodb"]["Keys"] == {"pk": {"S": pk}}]


def test_what_the_function_returns_is_put_on_the_bus(stack: LocalStack, pk: str) -> None:
    put(stack, pk, say="paid")
    event = stack.bus.wait_for(lambda event: event.detail.get("pk") == pk)
    assert (event.bus, event.source, event.detail_type, event.time) == ("recur-local-Bus", "shop", "paid", "2026-01-01T00:00:00Z")
    assert event.detail == {"say": {"type": "paid"}, "pk": pk, "at": "2026-01-01T00:00:00Z", "batch": 1}


def test_several_events_one_or_none_for_a_record(stack: LocalStack, pk: str) -> None:
    for number, times in enumerate((2, 0, 1)):
        put(stack, f"{pk}-{number}", say="paid", times={"N": str(times)})
    said = [event.detail["pk"] for event in settled(stack, "recur-local-Bus")]
    assert [name for name in said if name.startswith(f"{pk}-")] == [f"{pk}-0", f"{pk}-0", f"{pk}-2"]


def test_records_that_the_filter_refuses_go_nowhere(stack: LocalStack, pk: str) -> None:
    put(stack, f"not-an-{pk}", say="paid")
    assert f"not-an-{pk}" not in [event.detail["pk"] for event in settled(stack, "recur-local-Bus")]


def test_batches_are_no_larger_than_the_template_says(stack: LocalStack, pk: str) -> None:
    items = [{"PutRequest": {"Item": {"pk": {"S": f"{pk}-{number}"}, "say": {"S": "paid"}}}} for number in range(9)]
    stack.aws.call("dynamodb", "BatchWriteItem", RequestItems={"recur-local-Table": items})
    said = [event.detail for event in settled(stack, "recur-local-Bus") if event.detail["pk"].startswith(f"{pk}-")]
    assert [detail["pk"] for detail in said] == [f"{pk}-{number}" for number in range(9)]
    assert all(detail["batch"] <= 4 for detail in said)


def test_a_pipe_without_a_function_passes_the_records_on_as_pipes_have_them(stack: LocalStack, pk: str) -> None:
    put(stack, pk, colour="blue")
    put(stack, pk, colour="red")
    stack.aws.call("dynamodb", "DeleteItem", TableName="recur-local-Table", Key={"pk": {"S": pk}})
    seen = records(stack, pk)
    blue, red = ({"pk": {"S": pk}, "colour": {"S": colour}} for colour in ("blue", "red"))
    images = [(record["eventName"], record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage")) for record in seen]
    assert images == [("INSERT", None, blue), ("MODIFY", blue, red), ("REMOVE", red, None)]
    assert {record["eventSourceARN"] for record in seen} == {stack.template.pipes[0].stream}
    assert {(record["eventSource"], record["dynamodb"]["StreamViewType"]) for record in seen} == {("aws:dynamodb", "NEW_AND_OLD_IMAGES")}
    assert all(record["dynamodb"]["ApproximateCreationDateTime"] % 1 == 0 for record in seen)
    assert len({record["eventID"] for record in seen}) == 3


def test_images_are_the_item_as_it_was_then(stack: LocalStack, pk: str) -> None:
    def update(expression: str, value: dict[str, Any]) -> None:
        key = {"pk": {"S": pk}}
        request = {"Key": key, "UpdateExpression": expression, "ExpressionAttributeValues": {":v": value}}
        stack.aws.call("dynamodb", "UpdateItem", TableName="recur-local-Table", **request)

    update("SET parts = :v", {"M": {}})  # makes the item: one record
    update("SET parts.a = :v", {"M": {"n": {"N": "1"}}})
    update("SET parts.a = :v", {"M": {"n": {"N": "1"}}})  # changes nothing: no record
    update("SET parts.a.n = :v", {"N": "2"})
    parts = [[record["dynamodb"].get(name, {}).get("parts") for name in ("OldImage", "NewImage")] for record in records(stack, pk)]
    none, one, two = ({"M": content} for content in ({}, {"a": {"M": {"n": {"N": "1"}}}}, {"a": {"M": {"n": {"N": "2"}}}}))
    assert parts == [[None, none], [none, one], [one, two]]


def test_a_record_that_always_fails_goes_to_the_dead_letters_alone(stack: LocalStack, pk: str) -> None:
    says = ["paid", "paid", "failure", "paid", "paid"]
    items = [{"PutRequest": {"Item": {"pk": {"S": f"{pk}-{number}"}, "say": {"S": say}}}} for number, say in enumerate(says)]
    stack.aws.call("dynamodb", "BatchWriteItem", RequestItems={"recur-local-Table": items})
    said = {event.detail["pk"] for event in settled(stack, "recur-local-Bus") if event.detail["pk"].startswith(f"{pk}-")}
    assert said == {f"{pk}-{number}" for number in (0, 1, 3, 4)}
    letter = _letter(stack, f"{pk}-2")
    assert letter.queue == "recur-local-Letters"
    assert f"cannot say {pk}-2" in letter.reason


def test_more_events_than_a_bus_takes_are_not_delivered(stack: LocalStack, pk: str) -> None:
    put(stack, pk, say="paid", times={"N": "11"})
    assert pk not in [event.detail["pk"] for event in settled(stack, "recur-local-Bus")]
    assert "11 events" in _letter(stack, pk).reason


def _letter(stack: LocalStack, pk: str) -> DeadLetter:
    [letter] = [each for each in stack.bus.dead_letters if [record["dynamodb"]["Keys"]["pk"]["S"] for record in each.records] == [pk]]
    return letter


def test_nobody_reads_a_stream_to_which_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every reading follows a wake-up: without one, there is none however long one waits."""
    folder = FIXTURE / "streams"
    with LocalStack(
        ports=Ports.free(), template=folder / "template.yaml", site=FIXTURE / "site", environment={}, with_stripe=False
    ) as stack:
        asked: list[str] = []
        call = stack.aws.call
        monkeypatch.setattr(stack.aws, "call", lambda service, *rest, **named: (asked.append(service), call(service, *rest, **named))[1])
        stack.aws.call("dynamodb", "GetItem", TableName="recur-local-Table", Key={"pk": {"S": "order#1"}})
        assert "dynamodbstreams" not in asked
        put(stack, "order#1", say="paid")
        settled(stack, "recur-local-Bus")
        settled(stack, "recur-local-OtherBus")
        # Two Pipes, three writes: twice DescribeStream and GetShardIterator; after each wake-up, read until empty.
        assert asked.count("dynamodbstreams") <= 2 * 2 + 2 * 3 * 2
