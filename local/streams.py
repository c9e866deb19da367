"""EventBridge Pipes: the tables' streams, filtered, through the Pipe's function, to the event bus; all as template.yaml says.

Nobody polls: moto's process writes a byte for every stream record (`local.aws --stream-fd`), and a Pipe that is woken by it
reads the stream until it is empty. As on AWS, a Pipe handles the records of its stream in order, tries a batch again that
failed, halves it if told to, and in the end leaves it to the dead-letter queue.
"""

import json
import socket
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from local.aws.client import AwsClient, AwsError
from local.bus import Bus, BusEvent, DeadLetter
from local.lambdas import Lambdas
from local.logs import Log
from local.template import Pipe
from local.template.pipes import BUS_TAKES

_LONGEST_WAIT = 5.0
"""Seconds between two tries of a batch, at most."""

Record = dict[str, Any]


class Streams:
    """Runs the Pipes of a template until it is closed."""

    def __init__(self, pipes: Iterable[Pipe], lambdas: Lambdas, aws: AwsClient, bus: Bus, log: Log, first_wait: float = 0.1) -> None:
        self._runs = [_Run(pipe, lambdas, aws, bus, log, first_wait) for pipe in pipes]

    def start(self, writes: socket.socket) -> None:
        """`writes`: the other end of what moto's process writes to."""
        for run in self._runs:
            threading.Thread(target=run.forever, name=run.pipe.logical_id, daemon=True).start()
        threading.Thread(target=self._wake, args=(writes,), name="streams", daemon=True).start()

    def _wake(self, writes: socket.socket) -> None:
        try:
            while writes.recv(65536):
                for run in self._runs:
                    run.woken.set()
        except OSError:
            pass  # closed, with the stack

    def close(self) -> None:
        for run in self._runs:
            run.close()


class _Failed(Exception):
    """A batch that has to be tried again."""


class _Run:
    """One Pipe at work, in a thread of its own."""

    def __init__(self, pipe: Pipe, lambdas: Lambdas, aws: AwsClient, bus: Bus, log: Log, first_wait: float) -> None:
        self.pipe = pipe
        self.woken = threading.Event()
        self._closed = threading.Event()
        self._lambdas = lambdas
        self._aws = aws
        self._bus = bus
        self._log = log
        self._first_wait = first_wait
        self._iterator = ""

    def close(self) -> None:
        self._closed.set()
        self.woken.set()

    def forever(self) -> None:
        while True:
            self.woken.wait()
            if self._closed.is_set():
                return
            # Cleared before reading: what is written from now on wakes us again.
            self.woken.clear()
            try:
                self._read_all()
            except (AwsError, OSError) as error:
                if self._closed.wait(_LONGEST_WAIT):
                    return
                self._log.line(self.pipe.logical_id, f"the stream could not be read: {error}")
                self.woken.set()

    def _read_all(self) -> None:
        while records := self._next_records():
            wanted = (record for record in records if not self.pipe.filters or any(matches(record) for matches in self.pipe.filters))
            while batch := list(islice(wanted, self.pipe.batch_size)):
                self._deliver(batch)

    def _next_records(self) -> list[Record]:
        """The records after those read last, as a Pipe sees them: with the stream's ARN."""
        if not self._iterator:
            description = self._aws.call("dynamodbstreams", "DescribeStream", StreamArn=self.pipe.stream)["StreamDescription"]
            position = {"ShardId": description["Shards"][0]["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            self._iterator = self._aws.call("dynamodbstreams", "GetShardIterator", StreamArn=self.pipe.stream, **position)["ShardIterator"]
        answer = self._aws.call("dynamodbstreams", "GetRecords", ShardIterator=self._iterator)
        self._iterator = answer["NextShardIterator"]
        return [{**record, "eventSourceARN": self.pipe.stream} for record in answer["Records"]]

    def _deliver(self, records: list[Record]) -> None:
        tries = 0
        while not self._closed.is_set():
            try:
                self._bus.put(self._events(self._enriched(records)))
                return
            except _Failed as failure:
                if self._closed.is_set():
                    return
                if tries == self.pipe.retries:
                    self._bus.give_up(DeadLetter(self.pipe.dead_letters, records, str(failure)))
                    return
                self._log.line(self.pipe.logical_id, f"{len(records)} record(s) will be tried again: {failure}")
            self._closed.wait(min(self._first_wait * 2**tries, _LONGEST_WAIT))
            tries += 1
            if self.pipe.bisect and len(records) > 1:
                middle = len(records) // 2
                self._deliver(records[:middle])
                self._deliver(records[middle:])
                return

    def _enriched(self, records: list[Record]) -> list[Any]:
        """What is to be sent: the function's answer, of which "", {} and [] mean nothing at all; without a function the records."""
        if self.pipe.enrichment is None:
            return records
        result = self._lambdas.invoke(self.pipe.enrichment, records)
        assert result is not None
        if result.failed:
            raise _Failed(f"{self.pipe.enrichment}: {result.payload.decode('utf-8', 'replace')[:500]}")
        answer = json.loads(result.payload)
        items = answer if isinstance(answer, list) else [answer] if answer else []
        if len(items) > BUS_TAKES:
            raise _Failed(f"{self.pipe.enrichment} answered with {len(items)} events, where an event bus takes {BUS_TAKES}")
        return items

    def _events(self, items: list[Any]) -> list[BusEvent]:
        return list(self._each_event(items))

    def _each_event(self, items: list[Any]) -> Iterator[BusEvent]:
        for item in items:
            if not isinstance(item, dict):
                raise _Failed(f"an event's detail is an object, not {item!r}")
            try:
                detail_type, source = _at(self.pipe.detail_type, item), _at(self.pipe.event_source, item)
                time = _at(self.pipe.time, item) if self.pipe.time else datetime.now(UTC).isoformat()
                datetime.fromisoformat(time)
            except (LookupError, TypeError, ValueError) as error:
                raise _Failed(f"no event can be made: {error}") from None
            yield BusEvent(self.pipe.bus, source, detail_type, time, item)


def _at(parameter: str, event: Any) -> Any:
    """A target parameter's value: what stands in the event where it is a JSON path, else itself. Raises `LookupError`."""
    if not parameter.startswith("$"):
        return parameter
    for name in parameter.split(".")[1:]:
        if not isinstance(event, dict) or name not in event:
            raise LookupError(f"there is nothing at {parameter}")
        event = event[name]
    return event
