"""Why CloudFormation failed: what sam says last is the roll-back, and the cause is some hundred events before it."""

import re
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.deploy.target import Target

SHOWN = 3
"""Resources are made at the same time, so more than one may fail; what fails later is mostly the roll-back's."""

_CANCELLED = re.compile(r"resource (creation|update) cancell?ed", re.IGNORECASE)
"""Of those that were under way when another failed."""

_HINTS = {
    r"must be verified before you can add": (
        "AWS lets a new account have no CloudFront distribution until its support has verified it: open a case with these words."
    ),
    r"concurren": (
        "The account has too little concurrency to reserve any (a new one has 10): WebhookReservedConcurrency=0, or more by Service Quotas."
    ),
    r"quota|limit ?exceeded|maximum number": (
        "A quota of the account is used up: ask for more in Service Quotas, or delete what is no longer needed."
    ),
    r"alarm": "CodeDeploy took the version back, as an alarm rang. docs/operations.md: what it means, and how to deploy while it rings.",
    r"already exists": "It is there and not this stack's, perhaps left by an earlier one: delete it if it is nobody's.",
}
"""By what stands in a reason; the first that fits."""


def newest(target: Target) -> str | None:
    """The id of the stack's last event, before an operation; None when there is no stack. Raises what boto3 raises."""
    try:
        events = target.client("cloudformation").describe_stack_events(StackName=target.stack_name)["StackEvents"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ValidationError":
            return None
        raise
    return events[0]["EventId"] if events else None


def causes(target: Target, before: str | None) -> list[str]:
    """The first that failed since the event `before`, in words, each with a hint where there is one. Empty when CloudFormation did not
    begin, or does not say: this explains a failure and must not become another."""
    try:
        failed = [each for each in _since(target, before) if each.get("ResourceStatus", "").endswith("_FAILED")]
    except (BotoCoreError, ClientError):
        return []
    real = [each for each in reversed(failed) if not _CANCELLED.search(each.get("ResourceStatusReason", ""))]
    resources = [each for each in real if each.get("PhysicalResourceId") != each.get("StackId")]
    return [words for each in (resources or real)[:SHOWN] for words in _described(each)]


def _since(target: Target, before: str | None) -> list[dict[str, Any]]:
    """Newest first. Reads no page beyond the one that `before` is on: a stack keeps its events for ninety days."""
    found: list[dict[str, Any]] = []
    for page in target.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=target.stack_name):
        for event in page["StackEvents"]:
            if event["EventId"] == before:
                return found
            found.append(event)
    return found


def _described(event: dict[str, Any]) -> list[str]:
    reason = event.get("ResourceStatusReason", "no reason given")
    hints = [hint for pattern, hint in _HINTS.items() if re.search(pattern, reason, re.IGNORECASE)]
    words = f"{event.get('LogicalResourceId')} ({event.get('ResourceType')}): {event.get('ResourceStatus')}: {reason}"
    return [words, *(f"  → {hint}" for hint in hints[:1])]
