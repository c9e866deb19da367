"""Each alarm rings when what it is there for happens, and not on a day like any other.

Stories are told in seconds, as the code emits them, and not in an alarm's periods: those may change without an edit here.
"""

from collections.abc import Iterable

import pytest

from tests.template.alarm_state import Story, rings
from tests.template.sam_cli import CloudFormation

HOURS = 3600
END = 12 * HOURS
"""Seconds: how long each story lasts."""
RUNS = range(20, END, 300)
"""When reconcile runs, and says what it found, zero included."""
MINUTES = range(30, END, 60)
OUTAGE = range(5 * HOURS, 5 * HOURS + 600, 5)
"""Ten minutes in which everything fails, every five seconds."""
ONCE = [5 * HOURS + 7]


def each(seconds: Iterable[int], value: float) -> list[tuple[int, float]]:
    return [(second, value) for second in seconds]


def throttles(function: str) -> Story:
    """One call that Lambda has no room for. Of the others it says nothing: a function that was not called has no metric."""
    return {f"Throttles {function}": [*each(MINUTES, 0), *each(ONCE, 1)]}


def dead(queue: str) -> Story:
    """A message that lies there. SQS says nothing of a queue that nobody uses."""
    return {f"ApproximateNumberOfMessagesVisible {queue}": each(range(5 * HOURS, END, 300), 1)}


STORIES: list[tuple[str, str, bool, Story]] = [
    ("WebhookFailedAlarm", "DynamoDB is away", True, {"WebhookFailed": each(OUTAGE, 1)}),
    ("WebhookFailedAlarm", "one event was throttled", False, {"WebhookFailed": each(ONCE, 1)}),
    ("WebhookFailingAlarm", "all of a small shop's events, five an hour", True, {"WebhookFailed": each(range(5 * HOURS, END, 720), 1)}),
    ("WebhookFailingAlarm", "one event, each time that Stripe sends it", True, {"WebhookFailed": each([5 * HOURS, 6 * HOURS + 900], 1)}),
    ("WebhookFailingAlarm", "one event was throttled", False, {"WebhookFailed": each(ONCE, 1)}),
    ("WebhookRefusedAlarm", "another secret than the endpoint's", True, {"WebhookBadSignature": each(OUTAGE, 1)}),
    ("WebhookRefusedAlarm", "somebody found the URL", False, {"WebhookBadSignature": each(ONCE, 1)}),
    ("UndeliveredAlarm", "each run finds what came since the last", True, {"ReconcileUndeliveredSeconds": each(RUNS, 290)}),
    (
        "UndeliveredAlarm",
        "and another run right behind it finds nothing more",
        True,
        {"ReconcileUndeliveredSeconds": [*each(RUNS, 290), *each(range(60, END, 300), 0)]},
    ),
    (
        "UndeliveredAlarm",
        "one run found one that was lost",
        False,
        {"ReconcileUndeliveredSeconds": [(at, 290 if at == RUNS[60] else 0) for at in RUNS]},
    ),
    ("ReconcileBehindAlarm", "it does not run", True, {}),
    ("ReconcileBehindAlarm", "it does not get to the end", True, {"ReconcileBehindSeconds": [(at, at) for at in RUNS]}),
    ("ReconcileBehindAlarm", "a schedule of an hour", True, {"ReconcileBehindSeconds": each(range(20, END, 3600), 2)}),
    ("ReconcileBehindAlarm", "a schedule of half an hour", False, {"ReconcileBehindSeconds": each(range(20, END, 1800), 2)}),
    ("ReconcileBehindAlarm", "it keeps up", False, {"ReconcileBehindSeconds": each(RUNS, 2)}),
    (
        "ReconcileBehindAlarm",
        "one run had too much to do, and the next one did it",
        False,
        {"ReconcileBehindSeconds": [(at, 4000 if number % 2 else 2) for number, at in enumerate(RUNS)]},
    ),
    ("RepairedAlarm", "one part was mended", True, {"ReconcileRepaired": [*each(RUNS, 0), *each(ONCE, 1)]}),
    ("RepairedAlarm", "nothing to mend", False, {"ReconcileRepaired": each(RUNS, 0)}),
    ("SkippedAlarm", "one object of an unknown shape", True, {"ReconcileSkipped": [*each(RUNS, 0), *each(ONCE, 1)]}),
    ("SkippedAlarm", "nothing skipped", False, {"ReconcileSkipped": each(RUNS, 0)}),
    ("DoubleSubscriptionAlarm", "one user", True, {"DoubleSubscription": each(ONCE, 1)}),
    ("DoubleSubscriptionAlarm", "none", False, {}),
    ("WrongModeAlarm", "one event", True, {"WebhookWrongMode": each(ONCE, 1)}),
    ("WrongModeAlarm", "none", False, {}),
    ("UnreadableEventAlarm", "one event", True, {"WebhookUnreadable": each(ONCE, 1)}),
    ("UnreadableEventAlarm", "none", False, {}),
    ("FunctionFailedAlarm", "every call raises", True, {"FunctionFailed": [*each(MINUTES, 0), *each(OUTAGE, 1)]}),
    ("FunctionFailedAlarm", "one ran out of time", False, {"FunctionFailed": [*each(MINUTES, 0), *each(ONCE, 1)]}),
    ("StripeLimitAlarm", "a rush beyond Stripe's limit", True, {"StripeRefused": each(OUTAGE, 1)}),
    ("StripeLimitAlarm", "one call too many at once, which was made again", False, {"StripeRefused": each(ONCE, 1)}),
    ("Api5xxAlarm", "Stripe is away", True, {"5xx Api": each(OUTAGE, 1)}),
    ("Api5xxAlarm", "one request failed", False, {"5xx Api": [*each(MINUTES, 0), *each(ONCE, 1)]}),
    ("ThrottledAlarm", "the webhook", True, throttles("WebhookFunction")),
    ("ThrottledAlarm", "reconcile", True, throttles("ReconcileFunction")),
    ("ThrottledAlarm", "the stream", True, throttles("StreamEnrichmentFunction")),
    ("ThrottledAlarm", "none", False, {"Throttles WebhookFunction": each(MINUTES, 0), "Throttles ReconcileFunction": each(RUNS, 0)}),
    ("DeadLettersAlarm", "a run of reconcile", True, dead("ReconcileDeadLetters")),
    ("DeadLettersAlarm", "a change that could not be told", True, dead("ChangesDeadLetters")),
    ("DeadLettersAlarm", "a queue that was purged", False, {"ApproximateNumberOfMessagesVisible ReconcileDeadLetters": each(RUNS, 0)}),
]


@pytest.fixture
def alarms(cloudformation: CloudFormation) -> dict[str, dict]:
    return cloudformation.of_type("AWS::CloudWatch::Alarm")


@pytest.mark.parametrize(("name", "ringing", "story"), [pytest.param(n, r, s, id=f"{n}: {what}") for n, what, r, s in STORIES])
def test_it_rings_when_it_has_to_and_only_then(alarms: dict, name: str, ringing: bool, story: Story) -> None:
    assert rings(alarms[name], story, END) is ringing


def test_every_alarm_has_a_story_in_which_it_rings_and_one_in_which_it_does_not(alarms: dict) -> None:
    assert {(name, ringing) for name, _, ringing, _ in STORIES} == {(name, ringing) for name in alarms for ringing in (True, False)}


ALARM = {
    "MetricName": "M",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 3,
    "Threshold": 2,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
}


@pytest.mark.parametrize(
    ("changed", "values", "ringing"),
    [
        ({}, [(0, 3), (60, 3), (120, 3)], True),
        ({}, [(0, 3), (60, 3)], False),
        ({}, [(0, 2), (60, 2), (120, 2)], False),
        ({"ComparisonOperator": "GreaterThanOrEqualToThreshold"}, [(0, 2), (60, 2), (120, 2)], True),
        ({"TreatMissingData": "breaching"}, [(0, 3), (60, 3)], True),
        ({"DatapointsToAlarm": 2}, [(0, 3), (120, 3)], True),
        ({"DatapointsToAlarm": 2}, [(0, 3), (180, 3)], False),
        ({"EvaluationPeriods": 1}, [(0, 1), (30, 1), (59, 1)], True),
        ({"EvaluationPeriods": 1}, [(0, 1), (59, 1), (60, 1)], False),
        ({"EvaluationPeriods": 1, "Statistic": "Maximum"}, [(0, 3), (1, 0)], True),
        ({"EvaluationPeriods": 1, "Statistic": "Minimum"}, [(0, 3), (1, 0)], False),
        ({"EvaluationPeriods": 1, "Period": 900}, [(0, 9)], False),
    ],
)
def test_an_alarm_rings_here_when_cloudwatchs_guide_says_it_does(changed: dict, values: list[tuple[int, float]], ringing: bool) -> None:
    assert rings(ALARM | changed, {"M": values}, 300) is ringing
