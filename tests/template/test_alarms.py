"""An alarm watches what is really emitted, tells the topic, and has its entry in the operations page."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aws_lambda_powertools import Logger

from bench import costs
from billing.log import count
from billing.reconcile.missed import REMEMBERED
from local.lambdas import Lambdas
from local.lambdas.worker import has_awslambdaric
from local.logs import Log
from local.template import Function
from tests.support.processes import wait_for
from tests.template.alarm_state import metrics_of
from tests.template.filter_pattern import matches
from tests.template.sam_cli import ROOT, CloudFormation, transform

WATCHED = {
    "WebhookFailed",
    "WebhookBadSignature",
    "WebhookWrongMode",
    "WebhookUnreadable",
    "ReconcileUndeliveredSeconds",
    "ReconcileBehindSeconds",
    "ReconcileRepaired",
    "DoubleSubscription",
    "FunctionFailed",
    "StripeRefused",
    "5xx",
    "Throttles",
    "ApproximateNumberOfMessagesVisible",
}
"""What nobody may fail to hear of."""

TOPIC = {"Ref": "AlarmTopic"}
OWN = {"Fn::Sub": "recur-${Stage}"}
"""The namespace of our own metrics: one a stage, since several may share an account."""


@pytest.fixture
def alarms(cloudformation: CloudFormation) -> dict[str, dict]:
    return cloudformation.of_type("AWS::CloudWatch::Alarm")


def test_all_that_matters_is_watched(alarms: dict) -> None:
    assert {metric["MetricName"] for alarm in alarms.values() for metric in metrics_of(alarm)} >= WATCHED


def test_as_many_are_watched_as_the_costs_are_reckoned_with(alarms: dict) -> None:
    assert sum(len(metrics_of(alarm)) for alarm in alarms.values()) == costs.ALARMED


def test_each_tells_the_topic_when_it_begins_and_when_it_ends(alarms: dict) -> None:
    assert {name for name, alarm in alarms.items() if alarm["AlarmActions"] != [TOPIC] or alarm["OKActions"] != [TOPIC]} == set()


def test_our_own_are_emitted_with_these_dimensions(
    cloudformation: CloudFormation, alarms: dict, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for function in cloudformation.of_type("AWS::Lambda::Function").values():
        variables = function["Environment"]["Variables"]
        assert (variables["POWERTOOLS_METRICS_NAMESPACE"], variables["POWERTOOLS_SERVICE_NAME"]) == (OWN, "recur")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "recur-dev")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "recur")
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    sources = "".join(path.read_text() for folder in ("functions", "layers/billing/billing") for path in (ROOT / folder).rglob("*.py"))
    emitted = set(re.findall(r'(?:count|measure)\(\s*"(\w+)"', sources))
    filtered = {
        made["MetricName"] for each in cloudformation.of_type("AWS::Logs::MetricFilter").values() for made in each["MetricTransformations"]
    }
    own = [metric for alarm in alarms.values() for metric in metrics_of(alarm) if metric["Namespace"] == OWN]
    assert {metric["MetricName"] for metric in own} <= emitted | filtered
    for metric in own:
        if metric["MetricName"] in filtered:
            assert "Dimensions" not in metric
            continue
        count(metric["MetricName"], **{each["Name"]: each["Value"] for each in metric["Dimensions"] if each["Name"] != "service"})
        line = json.loads(capsys.readouterr().out)
        [directive] = line["_aws"]["CloudWatchMetrics"]
        assert [[dimension["Name"] for dimension in metric["Dimensions"]]] == directive["Dimensions"]
        assert all(line[dimension["Name"]] == dimension["Value"] for dimension in metric["Dimensions"])


def test_a_quiet_night_rings_nothing_but_the_silence_of_reconcile_does(alarms: dict) -> None:
    assert {name for name, alarm in alarms.items() if alarm["TreatMissingData"] != "notBreaching"} == {"ReconcileBehindAlarm"}
    assert alarms["ReconcileBehindAlarm"]["TreatMissingData"] == "breaching"


def test_one_lost_event_is_held_against_the_webhook_for_long_enough_to_ring(alarms: dict) -> None:
    alarm = alarms["UndeliveredAlarm"]
    assert 2 * alarm["EvaluationPeriods"] * alarm["Period"] < REMEMBERED
    assert alarm["DatapointsToAlarm"] < alarm["EvaluationPeriods"]


REPORT = '{"time": "2026-11-29T02:00:00.000Z", "type": "platform.report", "record": {"requestId": "6d68ca91", "status": "%s"}}'
"""Source: Lambda developer guide, "Lambda Telemetry API Event schema reference", `platform.report`."""


@pytest.fixture
def failed(cloudformation: CloudFormation) -> dict:
    [found] = cloudformation.of_type("AWS::Logs::MetricFilter").values()
    return found


@pytest.fixture(params=[pytest.param("AWS's", marks=pytest.mark.skipif(not has_awslambdaric(), reason="no wheel here")), "ours"])
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], list[str]]]:
    """Runs a handler of this body on AWS's runtime client, and on ours; the lines that it wrote in Lambda's JSON format."""
    started: list[Lambdas] = []

    def run(body: str) -> list[str]:
        (tmp_path / "story.py").write_text(f"import logging\ndef handler(event, context):\n    {body}\n")
        function = Function("Story", "story", "story.handler", tmp_path, (), {}, 10.0, 256, "JSON", "INFO")
        log = tmp_path / "log"
        started.append(
            Lambdas([function], aws_endpoint="http://127.0.0.1:9", log=Log(quiet=True, file=log), own_client=request.param == "ours")
        )
        started[-1].invoke("Story", {})
        wait_for(lambda: "{" in log.read_text())
        return [line.removeprefix("Story | ") for line in log.read_text().splitlines()]

    yield run
    for lambdas in started:
        lambdas.close()


def test_an_exception_is_counted_by_what_the_runtime_itself_writes(failed: dict, runtime: Callable[[str], list[str]]) -> None:
    """It catches the exception and reports it; that Lambda's own report then says other than success is nowhere promised."""
    assert [matches(failed["FilterPattern"], line) for line in runtime("raise ValueError()")] == [True]


def test_what_a_function_logs_and_goes_on_is_not_counted(failed: dict, runtime: Callable[[str], list[str]]) -> None:
    assert [matches(failed["FilterPattern"], line) for line in runtime("logging.error('Not nice')")] == [False]


def test_an_error_that_is_answered_is_not_counted(failed: dict, capsys: pytest.CaptureFixture[str]) -> None:
    """It is an alarm of the webhook's or of the API's own."""
    told = Logger("story", stream=sys.stdout)
    try:
        raise ValueError("no such luck")
    except ValueError:
        told.exception("Unexpected")
    line = capsys.readouterr().out
    assert json.loads(line)["exception_name"] == "ValueError"
    assert not matches(failed["FilterPattern"], line)


@pytest.mark.parametrize(("status", "counted"), [("success", False), ("timeout", True), ("error", True), ("failure", True)])
def test_what_no_code_could_write_down_is_counted_by_lambdas_own_report(failed: dict, status: str, counted: bool) -> None:
    assert matches(failed["FilterPattern"], REPORT % status) is counted


def test_failures_are_counted_in_the_functions_log_and_looked_up_by_the_same_pattern(failed: dict) -> None:
    assert failed["LogGroupName"] == {"Ref": "FunctionLogs"}
    [made] = failed["MetricTransformations"]
    assert (made["MetricNamespace"], made["MetricName"], made["MetricValue"]) == (OWN, "FunctionFailed", "1")
    assert f"--filter-pattern '{failed['FilterPattern']}'" in (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize(
    ("pattern", "line", "matched"),
    [
        ('{ $.a = "x" }', '{"a": "x"}', True),
        ('{ $.a = "x" }', '{"a": "xy"}', False),
        ("{ $.a = x* }", '{"a": "xy"}', True),
        ("{ $.a = * }", '{"b": "x"}', False),
        ("{ $.a = * }", '{"a": {"b": 1}}', False),
        ("{ $.a.b = 1 }", '{"a": {"b": 1}}', True),
        ('{ $.a != "x" }', "{}", False),
        ('{ $.a != "x" }', '{"a": "y"}', True),
        ("{ $.a = 1 || $.b = 1 && $.c = 1 }", '{"a": 1}', True),
        ("{ ($.a = 1 || $.b = 1) && $.c = 1 }", '{"a": 1}', False),
        ("{ $.a = * }", "no JSON", False),
    ],
)
def test_a_pattern_says_here_what_cloudwatchs_guide_says_it_does(pattern: str, line: str, matched: bool) -> None:
    assert matches(pattern, line) is matched


def test_every_queue_of_dead_letters_is_watched(cloudformation: CloudFormation, alarms: dict) -> None:
    watched = [metric["Dimensions"] for metric in metrics_of(alarms["DeadLettersAlarm"])]
    queues = cloudformation.of_type("AWS::SQS::Queue")
    assert sorted(map(str, watched)) == sorted(
        str([{"Name": "QueueName", "Value": {"Fn::GetAtt": [name, "QueueName"]}}]) for name in queues
    )


def test_each_alarm_ends_with_its_entry_in_the_operations_page_and_each_entry_is_an_alarm(alarms: dict) -> None:
    for name, alarm in alarms.items():
        assert alarm["AlarmDescription"].endswith(f" docs/operations.md: {name}")
    page = (ROOT / "docs" / "operations.md").read_text()
    entries = re.findall(r"(?m)^#+ (\w+Alarm)$", page)
    assert sorted(entries) == sorted(alarms)


def test_an_address_is_subscribed_only_when_there_is_one(cloudformation: CloudFormation) -> None:
    assert cloudformation.of_type("AWS::SNS::Subscription") == {}
    [subscription] = transform(AlarmEmail="ops@example.com").of_type("AWS::SNS::Subscription").values()
    assert subscription == {"TopicArn": TOPIC, "Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}}


def test_cloudwatch_may_publish_to_the_topic_and_use_its_key(cloudformation: CloudFormation) -> None:
    """SNS's own key would not do: nobody can let CloudWatch use it (SNS developer guide, "Managing Amazon SNS encryption keys")."""
    [topic] = cloudformation.of_type("AWS::SNS::Topic").values()
    assert topic["KmsMasterKeyId"] == {"Ref": "AlarmKey"}
    key = cloudformation.of_type("AWS::KMS::Key")["AlarmKey"]
    assert key["EnableKeyRotation"] is True
    cloudwatch, here = {"Service": "cloudwatch.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    [using] = [each for each in key["KeyPolicy"]["Statement"] if each["Principal"] == cloudwatch]
    assert (using["Action"], using["Condition"]) == (["kms:Decrypt", "kms:GenerateDataKey*"], here)
    [policy] = cloudformation.of_type("AWS::SNS::TopicPolicy").values()
    [publishing] = [each for each in policy["PolicyDocument"]["Statement"] if each["Principal"] == cloudwatch]
    assert (publishing["Action"], publishing["Condition"]) == ("sns:Publish", here)
