"""An alarm watches a metric that deployed code really emits, under the very dimensions it is emitted with."""

import json
import re
from pathlib import Path

import pytest

from billing.log import count
from tests.template.sam_cli import CloudFormation

ROOT = Path(__file__).parents[2]


def test_each_alarm_watches_what_is_emitted(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"POWERTOOLS_SERVICE_NAME": "recur", "POWERTOOLS_METRICS_NAMESPACE": "recur"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    sources = "".join(path.read_text() for folder in ("functions", "layers/billing/billing") for path in (ROOT / folder).rglob("*.py"))
    emitted = set(re.findall(r'(?:count|measure)\(\s*"(\w+)"', sources))
    found = cloudformation.of_type("AWS::CloudWatch::Alarm")
    assert {"DoubleSubscription", "WebhookWrongMode", "ReconcileRepaired"} <= {alarm["MetricName"] for alarm in found.values()} <= emitted
    for alarm in found.values():
        count(alarm["MetricName"])
        line = json.loads(capsys.readouterr().out)
        directive = line["_aws"]["CloudWatchMetrics"][0]
        assert alarm["Namespace"] == directive["Namespace"]
        assert [[dimension["Name"] for dimension in alarm["Dimensions"]]] == directive["Dimensions"]
        assert all(line[dimension["Name"]] == dimension["Value"] for dimension in alarm["Dimensions"])
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
