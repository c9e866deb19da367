"""What of a stack's events is shown when it fails: the cause, and not what followed from it."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.deploy.stack_events import causes, newest
from ops.deploy.target import Target

STACK = "arn:aws:cloudformation:eu-west-1:111122223333:stack/recur-dev/1"
VERIFY = "Your account must be verified before you can add new CloudFront resources. To verify your account, please contact AWS Support"


def event(
    number: int, status: str, reason: str | None = None, resource: str = "Table", kind: str = "AWS::DynamoDB::Table"
) -> dict[str, Any]:
    made = {"EventId": str(number), "StackId": STACK, "LogicalResourceId": resource, "ResourceType": kind, "ResourceStatus": status}
    made["PhysicalResourceId"] = STACK if kind == "AWS::CloudFormation::Stack" else f"recur-dev-{resource}"
    return made | ({"ResourceStatusReason": reason} if reason else {})


class CloudFormation:
    """Its events, newest first, two on a page; counts the pages that were read."""

    def __init__(self, *events: dict[str, Any], error: str = "") -> None:
        self.events, self.error, self.read = list(reversed(events)), error, 0

    def get_paginator(self, operation: str) -> "CloudFormation":
        assert operation == "describe_stack_events"
        return self

    def paginate(self, **asked: str) -> Iterator[dict[str, Any]]:
        assert asked == {"StackName": "recur-dev"}
        for start in range(0, len(self.events), 2):
            self.read += 1
            yield self.describe_stack_events(start)

    def describe_stack_events(self, start: int = 0, **_: str) -> dict[str, Any]:
        if self.error:
            raise ClientError({"Error": {"Code": self.error, "Message": ""}}, "DescribeStackEvents")
        return {"StackEvents": self.events[start : start + 2]}


def target(cloudformation: CloudFormation) -> Target:
    made = Target("dev")
    made.__dict__["_clients"]["cloudformation"] = cloudformation
    return made


STORY = (
    event(1, "CREATE_FAILED", "yesterday's"),
    event(2, "UPDATE_ROLLBACK_COMPLETE", resource="recur-dev", kind="AWS::CloudFormation::Stack"),
    event(3, "UPDATE_IN_PROGRESS", "User Initiated", "recur-dev", "AWS::CloudFormation::Stack"),
    event(4, "CREATE_FAILED", VERIFY, "SiteDistribution", "AWS::CloudFront::Distribution"),
    event(5, "CREATE_FAILED", "Resource creation cancelled", "Api"),
    event(6, "UPDATE_FAILED", "Resource update cancelled", "Dashboard"),
    event(7, "CREATE_FAILED", "No such thing", "Pipe"),
    event(8, "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed", "recur-dev", "AWS::CloudFormation::Stack"),
    event(9, "UPDATE_ROLLBACK_FAILED", "Something", "recur-dev", "AWS::CloudFormation::Stack"),
)


def test_the_first_failures_of_this_operation_and_a_hint() -> None:
    cloudformation = CloudFormation(*STORY)
    first, hint, second = causes(target(cloudformation), "2")
    assert first == f"SiteDistribution (AWS::CloudFront::Distribution): CREATE_FAILED: {VERIFY}"
    assert "open a case" in hint
    assert second == "Pipe (AWS::DynamoDB::Table): CREATE_FAILED: No such thing"


def test_no_page_is_read_beyond_the_beginning_of_the_operation() -> None:
    cloudformation = CloudFormation(*STORY)
    assert causes(target(cloudformation), "8") == ["recur-dev (AWS::CloudFormation::Stack): UPDATE_ROLLBACK_FAILED: Something"]
    assert cloudformation.read == 1


def test_a_new_stacks_events_are_all_of_this_operation() -> None:
    assert "yesterday's" in causes(target(CloudFormation(*STORY)), None)[0]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (VERIFY, "AWS lets a new account"),
        (
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below",
            "WebhookReservedCon",
        ),
        ("Maximum number of buckets: LimitExceeded", "A quota of the account"),
        ("One or more alarms have been activated, and the affected deployments have been stopped", "docs/operations.md"),
        ("/recur/dev/functions already exists", "delete it if it is nobody's"),
    ],
)
def test_what_is_well_known_has_a_hint(reason: str, words: str) -> None:
    _, hint = causes(target(CloudFormation(event(1, "CREATE_FAILED", reason))), None)
    assert words in hint


def test_what_cannot_be_asked_for_is_not_another_failure() -> None:
    assert causes(target(CloudFormation(error="AccessDenied")), None) == []


def test_the_mark_before_an_operation() -> None:
    assert newest(target(CloudFormation(*STORY))) == "9"
    assert newest(target(CloudFormation(error="ValidationError"))) is None
