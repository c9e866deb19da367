"""What keeps a running stack bounded and observable: throttles, concurrency, logs, traces, queues, gradual deployment, a dashboard."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from billing.log import count
from ops.deploy import alarms
from tests.template.sam_cli import ROOT, CloudFormation, transform
from tests.template.search_expression import Metric, finds

FUNCTION = "AWS::Lambda::Function"
COUNTED = re.findall(r"(?m)^\| ([A-Z]+ /[\w-]+)[^|]*\| \d+ \| (\d+) \|", (ROOT / "docs" / "calls.md").read_text())
"""(route, calls to Stripe), several times for a route that may be asked for several things: a test counts them over the whole stack."""

IN_AN_ALARM_ALONE = {"WebhookWrongMode", "WebhookUnreadable"}
"""Of what is emitted: one is one too many, and there is no course of them to be looked at."""


@pytest.fixture
def stage(cloudformation: CloudFormation) -> dict:
    [stage] = cloudformation.of_type("AWS::ApiGatewayV2::Stage").values()
    return stage


@pytest.fixture
def routes(cloudformation: CloudFormation) -> set[str]:
    paths = cloudformation.of_type("AWS::ApiGatewayV2::Api")["Api"]["Body"]["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_every_route_is_throttled_and_those_that_ask_stripe_more(stage: dict, routes: set[str], cloudformation: CloudFormation) -> None:
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "ThrottleRate"},
        "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"},
    }
    costly = stage["RouteSettings"]
    assert {route for route, _ in COUNTED} == routes
    assert costly.keys() == {route for route, calls in COUNTED if int(calls)}
    assert {(settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) for settings in costly.values()} == {(10, 20)}
    assert (cloudformation.parameters["ThrottleRate"], cloudformation.parameters["ThrottleBurst"]) == ("50", "100")


def test_the_webhook_is_throttled_by_nobody_unless_one_reserves_for_it(cloudformation: CloudFormation) -> None:
    assert not [name for name, function in cloudformation.of_type(FUNCTION).items() if "ReservedConcurrentExecutions" in function]
    reserved = transform(WebhookReservedConcurrency="5").of_type(FUNCTION)
    named = [name for name, function in reserved.items() if "ReservedConcurrentExecutions" in function]
    assert named == ["WebhookFunction"]


def test_all_functions_log_json_into_one_group_that_forgets(cloudformation: CloudFormation) -> None:
    for function in cloudformation.of_type(FUNCTION).values():
        assert (function["LoggingConfig"]["LogFormat"], function["LoggingConfig"]["LogGroup"]) == ("JSON", {"Ref": "FunctionLogs"})
    groups = cloudformation.of_type("AWS::Logs::LogGroup")
    assert groups["FunctionLogs"]["LogGroupName"] == {"Fn::Sub": "/recur/${Stage}/functions"}
    assert [group["RetentionInDays"] for group in groups.values()] == [{"Ref": "LogRetentionDays"}] * 2


def test_the_api_logs_ids_and_nothing_personal(stage: dict) -> None:
    assert stage["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["ApiLogs", "Arn"]}
    line = json.loads(stage["AccessLogSettings"]["Format"])
    assert line["requestId"] == "$context.requestId"
    assert set(re.findall(r"\$context\.([\w.]+)", json.dumps(line))).isdisjoint(
        {"identity.sourceIp", "identity.userAgent", "authorizer.claims", "authorizer.principalId", "path", "domainName"}
    )
    assert not [value for value in line.values() if "identity" in value or "claims" in value]


def test_traces_are_off_until_asked_for(cloudformation: CloudFormation) -> None:
    assert {f["TracingConfig"]["Mode"] for f in cloudformation.of_type(FUNCTION).values()} == {"PassThrough"}
    assert {f["TracingConfig"]["Mode"] for f in transform(Tracing="enabled").of_type(FUNCTION).values()} == {"Active"}


def test_snapshots_are_off_until_asked_for(cloudformation: CloudFormation) -> None:
    assert {f["SnapStart"]["ApplyOn"] for f in cloudformation.of_type(FUNCTION).values()} == {"None"}
    assert {f["SnapStart"]["ApplyOn"] for f in transform(SnapStart="enabled").of_type(FUNCTION).values()} == {"PublishedVersions"}


def test_a_run_that_failed_and_a_schedule_that_did_not_get_through_leave_a_message(cloudformation: CloudFormation) -> None:
    queue = {"Fn::GetAtt": ["ReconcileDeadLetters", "Arn"]}
    [config] = cloudformation.of_type("AWS::Lambda::EventInvokeConfig").values()
    assert (config["FunctionName"], config["Qualifier"]) == ({"Ref": "ReconcileFunction"}, "live")
    assert config["DestinationConfig"] == {"OnFailure": {"Destination": queue}}
    assert config["MaximumRetryAttempts"] == 0, "the next run goes on where this one failed"
    rules = cloudformation.of_type("AWS::Events::Rule")
    assert [target["DeadLetterConfig"] for rule in rules.values() for target in rule["Targets"]] == [{"Arn": queue}] * 2
    [policy] = [p for p in cloudformation.of_type("AWS::SQS::QueuePolicy").values() if p["Queues"] == [{"Ref": "ReconcileDeadLetters"}]]
    sending = policy["PolicyDocument"]["Statement"][0]
    assert (sending["Principal"], sending["Action"]) == ({"Service": "events.amazonaws.com"}, "sqs:SendMessage")
    assert sending["Condition"] == {"ArnEquals": {"aws:SourceArn": [{"Fn::GetAtt": [rule, "Arn"]} for rule in sorted(rules, reverse=True)]}}


def test_queues_and_the_topic_take_nothing_without_tls(cloudformation: CloudFormation) -> None:
    kinds = ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
    policies = [policy for kind in kinds for policy in cloudformation.of_type(kind).values()]
    assert len(policies) == len(cloudformation.of_type("AWS::SQS::Queue")) + 1
    for policy in policies:
        [refusing] = [statement for statement in policy["PolicyDocument"]["Statement"] if statement["Effect"] == "Deny"]
        assert (refusing["Principal"], refusing["Condition"]) == ("*", {"Bool": {"aws:SecureTransport": "false"}})


CANARY = "Canary10Percent10Minutes"


@pytest.mark.parametrize(
    ("named", "despite", "configuration"),
    [
        ("dev", "false", "AllAtOnce"),
        ("staging", "false", CANARY),
        ("prod", "false", CANARY),
        ("staging", "true", "AllAtOnce"),
        ("prod", "true", "AllAtOnce"),
    ],
)
def test_a_version_takes_over_gradually_where_users_are_and_an_alarm_takes_it_back(named: str, despite: str, configuration: str) -> None:
    """Where it does not, no alarm is watched either: one that rings would stop the mend. SAM writes an empty configuration then, which
    takes the alarms from a group that has them (aws/serverless-application-model#2452)."""
    deployed = transform(Stage=named, DeployDespiteAlarms=despite)
    groups = deployed.of_type("AWS::CodeDeploy::DeploymentGroup")
    aliases = {name: resource for name, resource in deployed.resources.items() if resource["Type"] == "AWS::Lambda::Alias"}
    assert len(groups) == len(aliases) == len(deployed.of_type(FUNCTION))
    for name, alias in aliases.items():
        update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        group = groups[update["DeploymentGroupName"]["Ref"]]
        assert update["DeploymentGroupName"]["Ref"] == f"{name.removesuffix('Aliaslive')}DeploymentGroup"
        assert group["DeploymentConfigName"] == {"Fn::Sub": ["CodeDeployDefault.Lambda${ConfigName}", {"ConfigName": configuration}]}
        assert group["AutoRollbackConfiguration"]["Enabled"] is True
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        watched = [alarm["Name"] for alarm in group["AlarmConfiguration"].get("Alarms", [])]
        assert watched == ([] if configuration == "AllAtOnce" else WATCHED)
        assert group["AlarmConfiguration"].get("Enabled", False) is (configuration != "AllAtOnce")
    assert deployed.of_type("AWS::CloudWatch::Alarm")["Api5xxAlarm"]["AlarmName"] == {"Fn::Sub": "${AWS::StackName}-api-5xx"}


WATCHED = [{"Ref": "FunctionFailedAlarm"}, {"Ref": "WebhookFailedAlarm"}, {"Fn::Sub": "${AWS::StackName}-api-5xx"}]


def test_a_deployment_asks_beforehand_about_the_alarms_that_would_stop_it(cloudformation: CloudFormation) -> None:
    assert list(alarms.WATCHED) == [each.get("Ref") or each["Fn::Sub"].removeprefix("${AWS::StackName}-") for each in WATCHED]
    named = {name for name, alarm in cloudformation.of_type("AWS::CloudWatch::Alarm").items() if "AlarmName" in alarm}
    assert named == {"Api5xxAlarm"}
    assert {alarms.PARAMETER, "Stage"} <= cloudformation.parameters.keys()


def test_the_dashboard_shows_every_alarm(cloudformation: CloudFormation) -> None:
    [dashboard] = cloudformation.of_type("AWS::CloudWatch::Dashboard").values()
    body = dashboard["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(body)["widgets"]
    [alarms] = [widget["properties"]["alarms"] for widget in widgets if widget["type"] == "alarm"]
    assert sorted(alarms) == sorted(f"${{{name}.Arn}}" for name in cloudformation.of_type("AWS::CloudWatch::Alarm"))
    places = [(widget["x"], widget["y"]) for widget in widgets]
    assert len(places) == len(set(places))


def test_what_the_dashboard_searches_for_it_finds(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A function's name is its stack's, its own and something random. What is not of this stack is not found."""
    [dashboard] = cloudformation.of_type("AWS::CloudWatch::Dashboard").values()
    filled = dashboard["DashboardBody"]["Fn::Sub"].replace("${Stage}", "prod").replace("${AWS::StackName}", "recur-prod")
    searches = [text for text in _strings(json.loads(filled)) if text.startswith("SEARCH(")]
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "recur-prod")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "recur")
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    here, elsewhere = [], []
    for name in ("Duration", "Throttles"):
        for function in cloudformation.of_type(FUNCTION):
            here.append(Metric("AWS/Lambda", name, {"FunctionName": f"recur-prod-{function}-9kQ3TzXa1b2c"}))
            elsewhere += [
                Metric("AWS/Lambda", name, {"FunctionName": f"{stack}-{function}-9kQ3TzXa1b2c"}) for stack in ("recur-dev", "shop-prod")
            ]
    for name, dimension in (("WebhookEvent", "outcome"), ("StripeRefused", "status")):
        count(name, **{dimension: "any"})
        line = json.loads(capsys.readouterr().out)
        [directive] = line["_aws"]["CloudWatchMetrics"]
        here.append(Metric(directive["Namespace"], name, {each: line[each] for each in directive["Dimensions"][0]}))
        elsewhere.append(Metric("recur-dev", name, here[-1].dimensions))
    assert [metric for metric in here if sum(finds(search, metric) for search in searches) != 1] == []
    assert [metric for metric in elsewhere if any(finds(search, metric) for search in searches)] == []
    assert len(searches) == len({metric.name for metric in here}), "each is held against something"


def test_the_dashboard_or_an_alarm_shows_whatever_is_counted(cloudformation: CloudFormation) -> None:
    [dashboard] = cloudformation.of_type("AWS::CloudWatch::Dashboard").values()
    body = dashboard["DashboardBody"]["Fn::Sub"].replace('\\"', '"')
    sources = "".join(path.read_text() for folder in ("functions", "layers/billing/billing") for path in (ROOT / folder).rglob("*.py"))
    counted = set(re.findall(r'(?:count|measure)\(\s*"(\w+)"', sources))
    assert {name for name in counted if f'"{name}"' not in body} == IN_AN_ALARM_ALONE


def _strings(value: Any) -> Iterator[str]:
    """All that is text in a document of JSON."""
    match value:
        case str():
            yield value
        case dict():
            yield from _strings(list(value.values()))
        case list():
            for each in value:
                yield from _strings(each)
        case _:
            pass


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("CustomCount", True),
        ("customcount", False),
        ("COUNT", True),
        ("couNT", False),
        ('"CustomCount1"', True),
        ('"Custom"', False),
        ("MetricName=Custom", True),
        ("MetricName=trial", False),
        ("Project-2", True),
        ("Project-trial", False),
        ("Custom Project", True),
    ],
)
def test_a_search_finds_here_what_cloudwatchs_guide_says_it_does(term: str, found: bool) -> None:
    metric = Metric("Mine", "CustomCount1", {"Place": "Project2-trial333"})
    assert finds(f"SEARCH('{{Mine,Place}} {term}', 'Sum', 300)", metric) is found
