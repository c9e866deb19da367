"""Reading a Pipe: what of it runs here, and one line about what cannot."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from local.template import Pipe, Template, TemplateError

STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026"
FUNCTION = {"Type": "AWS::Serverless::Function", "Properties": {"Runtime": "python3.13", "Handler": "code.handler", "CodeUri": "code"}}


def pipe(**changes: Any) -> dict[str, Any]:
    return {
        "RoleArn": "arn:aws:iam::000000000000:role/pipe",
        "Source": STREAM,
        "SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 5}},
        "Enrichment": {"Fn::GetAtt": ["Function", "Arn"]},
        "Target": {"Fn::GetAtt": ["Bus", "Arn"]},
        "TargetParameters": {"EventBridgeEventBusParameters": {"Source": "shop", "DetailType": "$.type"}},
    } | changes


@pytest.fixture
def read(tmp_path: Path):
    (tmp_path / "code").mkdir()

    def read_pipes(properties: dict[str, Any] | None) -> tuple[Pipe, ...]:
        resources = {"Function": FUNCTION, "Bus": {"Type": "AWS::Events::EventBus"}}
        if properties:
            resources["Changes"] = {"Type": "AWS::Pipes::Pipe", "Properties": properties}
        (tmp_path / "template.yaml").write_text(yaml.safe_dump({"Resources": resources}))
        template = Template.read(tmp_path / "template.yaml")
        assert template.has_pipes is bool(properties)
        return template.pipes

    return read_pipes


def test_a_pipe_is_read(read: Any) -> None:
    [found] = read(pipe())
    assert (found.logical_id, found.stream, found.enrichment, found.bus) == ("Changes", STREAM, "Function", "recur-local-Bus")
    assert (found.batch_size, found.retries, found.bisect, found.dead_letters, found.filters) == (5, -1, False, None, ())
    assert (found.event_source, found.detail_type, found.time) == ("shop", "$.type", None)


def test_an_alias_is_its_function(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FUNCTION, "Properties", {**FUNCTION["Properties"], "AutoPublishAlias": "live"})
    [found] = read(pipe(Enrichment={"Ref": "Function.Alias"}))
    assert found.enrichment == "Function"


def test_a_function_without_an_alias_says_so(read: Any) -> None:
    with pytest.raises(TemplateError, match="Enrichment: Function has no alias"):
        read(pipe(Enrichment={"Ref": "Function.Alias"}))


def test_no_pipe_and_one_that_stands_still(read: Any) -> None:
    assert read(None) == read(pipe(DesiredState="STOPPED")) == ()


def stream(**parameters: Any) -> dict[str, Any]:
    return {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 5, **parameters}}


def event(**parameters: Any) -> dict[str, Any]:
    return {"EventBridgeEventBusParameters": {"Source": "shop", "DetailType": "$.type", **parameters}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Source": "arn:aws:sqs:us-east-1:000000000000:queue"}, "Source: the local stack reads the stream of a table"),
        ({"Target": "arn:aws:sqs:us-east-1:000000000000:queue"}, "Target: the local stack sends to an event bus"),
        ({"Enrichment": "arn:aws:lambda:us-east-1:000000000000:function:other"}, "Enrichment: a function of this template"),
        ({"EnrichmentParameters": {}}, "EnrichmentParameters: not something"),
        ({"TargetParameters": event() | {"InputTemplate": "<$.a>"}}, "TargetParameters.InputTemplate: not something"),
        ({"TargetParameters": event(Resources=[])}, "EventBridgeEventBusParameters.Resources: not something"),
        ({"TargetParameters": event(DetailType="$.a[0]")}, "DetailType: not a path that"),
        ({"TargetParameters": {"EventBridgeEventBusParameters": {"Source": "shop"}}}, "no DetailType"),
        ({"SourceParameters": stream(BatchSize=11)}, "BatchSize: at most 10"),
        ({"SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}}}, "BatchSize: at most 10"),
        ({"SourceParameters": stream(Novelty=1)}, "DynamoDBStreamParameters.Novelty: not something"),
        (
            {"SourceParameters": stream() | {"FilterCriteria": {"Filters": [{"Pattern": '{"a": "b"}'}]}}},
            "FilterCriteria: not an event pattern",
        ),
        ({"SourceParameters": stream() | {"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}}, "FilterCriteria: Expecting"),
    ],
)
def test_what_cannot_run_here_is_named(read: Any, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError, match=r"^template\.yaml.*") as refused:
        read(pipe(**changes))
    assert message in str(refused.value)
