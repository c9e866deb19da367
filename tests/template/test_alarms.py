"""An alarm watches what is really emitted, tells the topic, and has its entry in the operations page."""

import json
import re
from collections.abc import Iterator

import pytest

from billing.log import count
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


def metrics(alarm: dict) -> Iterator[dict]:
    """Namespace, name and dimensions of all that an alarm looks at."""
    if "Metrics" not in alarm:
        yield alarm
    yield from (query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query)


def test_all_that_matters_is_watched(alarms: dict) -> None:
    assert {metric["MetricName"] for alarm in alarms.values() for metric in metrics(alarm)} >= WATCHED


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
    own = [metric for alarm in alarms.values() for metric in metrics(alarm) if metric["Namespace"] == OWN]
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


def test_an_invocation_that_failed_is_seen_in_the_functions_log(cloudformation: CloudFormation) -> None:
    """Source of the record: Lambda developer guide, "Lambda Telemetry API Event schema reference", `platform.report`."""
    [found] = cloudformation.of_type("AWS::Logs::MetricFilter").values()
    assert found["LogGroupName"] == {"Ref": "FunctionLogs"}
    assert found["FilterPattern"] == '{ $.type = "platform.report" && $.record.status != "success" }'
    assert [made["MetricNamespace"] for made in found["MetricTransformations"]] == [OWN]


def test_every_queue_of_dead_letters_is_watched(cloudformation: CloudFormation, alarms: dict) -> None:
    watched = [metric["Dimensions"] for metric in metrics(alarms["DeadLettersAlarm"])]
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
