"""Versions of our functions that nothing calls any more, deleted.

Each deployment publishes one of every function, and nothing ever deletes it: SAM marks versions `Retain`, so CloudFormation only
forgets them. They fill Lambda's 75 GB of code, and with SnapStart each one's snapshot is paid for until it is deleted; only Java's go
by themselves, after 14 days without use (Lambda developer guide, "Activating and managing SnapStart").
"""

from collections.abc import Iterator
from typing import Any

from ops.deploy.target import Target

KEPT = 2
"""Of the versions before the one that is called: what an alias can be moved back to by hand."""


def tidy(target: Target) -> list[str]:
    """After the stack is deployed: what its aliases name then is what is called."""
    count = sum(_deleted(target, function, version) for function, version in old(target))
    return [f"{count} old versions of functions deleted"] if count else []


def preview(target: Target) -> list[str]:
    count = sum(1 for _ in old(target)) if target.stack else 0
    return [f"delete {count} old versions of functions, or some more"] if count else []


def old(target: Target) -> Iterator[tuple[str, str]]:
    """(function, version) of those that no alias names, not even with a weight, and that are older than what an alias names, but for the
    last `KEPT`. None of a function without an alias."""
    for function in _functions(target):
        named = _named(target, function)
        versions = _all(target, "list_versions_by_function", "Versions", FunctionName=function)
        published = {int(each["Version"]) for each in versions if each["Version"].isdecimal()}
        unused = sorted(version for version in published - named if named and version < max(named))
        for version in unused[: max(0, len(unused) - KEPT)]:
            yield function, str(version)


def _named(target: Target, function: str) -> set[int]:
    found: set[str] = set()
    for alias in _all(target, "list_aliases", "Aliases", FunctionName=function):
        found |= {alias["FunctionVersion"], *alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})}
    return {int(version) for version in found if version.isdecimal()}


def _functions(target: Target) -> list[str]:
    pages = target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=target.stack_name)
    found = [each for page in pages for each in page["StackResourceSummaries"]]
    return [each["PhysicalResourceId"] for each in found if each["ResourceType"] == "AWS::Lambda::Function"]


def _all(target: Target, operation: str, of: str, **arguments: str) -> Iterator[Any]:
    for page in target.client("lambda").get_paginator(operation).paginate(**arguments):
        yield from page[of]


def _deleted(target: Target, function: str, version: str) -> bool:
    """False for one that another deployment has deleted, or that an alias has come to name: Lambda refuses to delete that."""
    client = target.client("lambda")
    try:
        client.delete_function(FunctionName=function, Qualifier=version)
    except (client.exceptions.ResourceNotFoundException, client.exceptions.ResourceConflictException):
        return False
    return True
