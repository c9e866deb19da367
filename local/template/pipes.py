"""AWS::Pipes::Pipe, from a table's stream over a function to an event bus."""

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from typing import TYPE_CHECKING, Any

from local.template.errors import TemplateError
from local.template.event_patterns import Matcher, matcher
from local.template.model import Pipe
from local.template.yaml_reader import Mapping

if TYPE_CHECKING:
    from local.template import Template

BUS_TAKES = 10
"""Events at once, and so the largest batch (EventBridge user guide, "Pipes batching and concurrency")."""
_FOREVER = -1
_PATH = re.compile(r"\$(\.[\w-]+)+")

_PIPE = {"Source", "SourceParameters", "Enrichment", "Target", "TargetParameters", "DesiredState"}
_STREAM = {"BatchSize", "MaximumRetryAttempts", "OnPartialBatchItemFailure", "DeadLetterConfig"}
_EVENT = {"Source", "DetailType", "Time"}
# Here nobody checks rights, a table is younger than its Pipe, and one batch after the other is in order however many may run at once.
_PIPE_WITHOUT_EFFECT = {"Name", "Description", "RoleArn", "Tags", "LogConfiguration", "KmsKeyIdentifier"}
_STREAM_WITHOUT_EFFECT = {"StartingPosition", "ParallelizationFactor", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds"}


def read_pipe(template: "Template", name: str, properties: Mapping, functions: MappingType[str, str]) -> Pipe | None:
    """None for a Pipe that is to stand still. `functions` are logical ids by their ARN; the tables must have been made."""
    place = f"{name}.Properties"
    given = _known(template.resolve(properties, place, properties.line), place, _PIPE | _PIPE_WITHOUT_EFFECT)
    if given.get("DesiredState") == "STOPPED":
        return None
    source, stream, event = _parameters(given, place)
    if not re.search(":dynamodb:.*/stream/", given["Source"]):
        raise TemplateError(f"{place}.Source: the local stack reads the stream of a table here, not {given['Source']}")
    if ":event-bus/" not in given["Target"]:
        raise TemplateError(f"{place}.Target: the local stack sends to an event bus here, not {given['Target']}")
    if given.get("Enrichment", None) not in (None, *functions):
        raise TemplateError(f"{place}.Enrichment: a function of this template is needed here, not {given['Enrichment']}")
    return Pipe(
        logical_id=name,
        stream=given["Source"],
        filters=tuple(_filters(source.get("FilterCriteria", {}), f"{place}.SourceParameters.FilterCriteria")),
        batch_size=int(stream["BatchSize"]),
        retries=int(stream.get("MaximumRetryAttempts", _FOREVER)),
        bisect=stream.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT",
        dead_letters=stream["DeadLetterConfig"]["Arn"].rpartition(":")[2] if "DeadLetterConfig" in stream else None,
        enrichment=functions[given["Enrichment"]] if "Enrichment" in given else None,
        bus=given["Target"].rpartition("/")[2],
        event_source=event["Source"],
        detail_type=event["DetailType"],
        time=event.get("Time"),
    )


def _parameters(given: dict[str, Any], place: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The parameters of the source, of its stream and of the event that is made."""
    at = f"{place}.SourceParameters"
    source = _known(given.get("SourceParameters", {}), at, {"FilterCriteria", "DynamoDBStreamParameters"})
    at = f"{at}.DynamoDBStreamParameters"
    stream = _known(source.get("DynamoDBStreamParameters", {}), at, _STREAM | _STREAM_WITHOUT_EFFECT)
    if not 0 < int(stream.get("BatchSize", 100)) <= BUS_TAKES:
        raise TemplateError(f"{at}.BatchSize: at most {BUS_TAKES}, which an event bus takes at once (the default is 100)")
    at = f"{place}.TargetParameters"
    target = _known(given.get("TargetParameters", {}), at, {"EventBridgeEventBusParameters"})
    at = f"{at}.EventBridgeEventBusParameters"
    event = _known(target.get("EventBridgeEventBusParameters", {}), at, _EVENT)
    if missing := {"Source", "DetailType"} - set(event):
        raise TemplateError(f"{at}: no {sorted(missing)[0]}")
    for key, value in event.items():
        if value.startswith("$") and not _PATH.fullmatch(value):
            raise TemplateError(f"{at}.{key}: not a path that the local stack follows: {value}")
    return source, stream, event


def _known(given: dict[str, Any], place: str, known: set[str]) -> dict[str, Any]:
    if unknown := set(given) - known:
        raise TemplateError(f"{place}.{sorted(unknown)[0]}: not something the local stack does in a Pipe")
    return given


def _filters(criteria: dict[str, Any], place: str) -> Iterator[Matcher]:
    for each in criteria.get("Filters", []):
        try:
            yield matcher(json.loads(each["Pattern"]))
        except ValueError as error:
            raise TemplateError(f"{place}: {error}") from None
