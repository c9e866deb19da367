"""Whether an alarm rings over a story told in seconds, as CloudWatch decides it: so that a test need not know its periods and thresholds.

Sources: CloudWatch user guide, "Using Amazon CloudWatch alarms" ("Evaluating an alarm", "Configuring how CloudWatch alarms treat missing
data") and "Using math expressions with CloudWatch metrics": where `+` has a value of one metric, what others lack counts as 0. Simpler
here: the periods that count are the last `EvaluationPeriods`, while CloudWatch may look a little further back for what is missing.
"""

import operator
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Story = Mapping[str, Iterable[tuple[int, float]]]
"""`{metric: (second, value)}`; a metric as `metric_name` has it, and one that is missing says nothing."""

_STATISTICS = {"Sum": sum, "Maximum": max, "Minimum": min}
_COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_MISSING = {"breaching": True, "notBreaching": False}

Points = dict[int, float]
"""The metric's value by the number of the period."""


def metric_name(metric: Mapping[str, Any]) -> str:
    """The metric's own, and the resource that its dimension names: `5xx Api`."""
    values = [dimension["Value"] for dimension in metric.get("Dimensions", [])]
    of = [value.get("Ref") or value["Fn::GetAtt"][0] for value in values if isinstance(value, dict)]
    return " ".join([metric["MetricName"], *of])


def metrics_of(alarm: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Namespace, name and dimensions of all that an alarm looks at."""
    return [query["MetricStat"]["Metric"] for query in alarm["Metrics"] if "MetricStat" in query] if "Metrics" in alarm else [dict(alarm)]


def rings(alarm: Mapping[str, Any], story: Story, seconds: int) -> bool:
    """Whether it is in ALARM at the end of any of its periods from the story's begin to `seconds`. Raises `KeyError` for a metric that is
    not the alarm's."""
    for name in story:
        if name not in map(metric_name, metrics_of(alarm)):
            raise KeyError(name)
    period, points = _points(alarm, story)
    breaches = _COMPARISONS[alarm["ComparisonOperator"]]
    missing, number = _MISSING[alarm["TreatMissingData"]], alarm["EvaluationPeriods"]
    breaching = [breaches(points[at], alarm["Threshold"]) if at in points else missing for at in range(seconds // period)]
    needed = alarm.get("DatapointsToAlarm", number)
    return any(sum(breaching[end - number : end]) >= needed for end in range(number, len(breaching) + 1))


def _points(alarm: Mapping[str, Any], story: Story) -> tuple[int, Points]:
    if "Metrics" not in alarm:
        return alarm["Period"], _statistic(story.get(metric_name(alarm), ()), alarm["Statistic"], alarm["Period"])
    stats = {query["Id"]: query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query}
    [shown] = [query for query in alarm["Metrics"] if query.get("ReturnData", True)]
    [period] = {stat["Period"] for stat in stats.values()}
    together: Points = defaultdict(float)
    for name in shown["Expression"].split(" + "):
        found = _statistic(story.get(metric_name(stats[name]["Metric"]), ()), stats[name]["Stat"], period)
        for at, value in found.items():
            together[at] += value
    return period, together


def _statistic(values: Iterable[tuple[int, float]], statistic: str, period: int) -> Points:
    found: defaultdict[int, list[float]] = defaultdict(list)
    for second, value in values:
        found[second // period].append(value)
    return {at: _STATISTICS[statistic](several) for at, several in found.items()}
