"""What can be seen in AWS."""

import time
from collections.abc import Iterator
from typing import Any, cast

import boto3

from billing.reconcile.drift import JOB as DRIFT
from billing.reconcile.missed import behind
from billing.state import jobs
from ops.doctor.finding import Finding, Patient, fail, ok, warn
from ops.screen import ago, span

DAY = 86_400
BEHIND_SECONDS = 1800
"""How far reconcile may be behind: six times its period."""
TTL_ATTRIBUTE = "expires_at"
DRIFT_DAYS = 2
"""How long ago the last drift scan may have ended: they begin once a day, and a large one is cut into many runs."""


def _deploy(patient: Patient) -> str:
    return f"make deploy STAGE={patient.stage}   # puts it back as template.yaml has it"


def table(patient: Patient) -> Iterator[Finding]:
    """What protects it, and what the app needs of it."""
    client = cast(Any, boto3).client("dynamodb")
    name = patient.deployment.table
    described = client.describe_table(TableName=name)["Table"]
    if patient.deployment.is_local:
        yield ok(f"{name} is {described['TableStatus'].lower()}; what protects a table is not made on a laptop")
        return
    flaws: list[tuple[bool, str]] = [
        (described["TableStatus"] == "ACTIVE", f"is {described['TableStatus']}"),
        (described.get("StreamSpecification", {}).get("StreamViewType") == "NEW_AND_OLD_IMAGES", "has no stream of old and new images"),
        (patient.stage == "dev" or bool(described.get("DeletionProtectionEnabled")), "may be deleted"),
        (described.get("SSEDescription", {}).get("Status") in ("ENABLED", "ENABLING"), "is not encrypted with a key of KMS"),
    ]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    flaws.append((recovery == "ENABLED", "cannot be brought back to a point in time"))
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    kept = expiry.get("TimeToLiveStatus") in ("ENABLED", "ENABLING") and expiry.get("AttributeName") == TTL_ATTRIBUTE
    flaws.append((kept, f"does not expire items by {TTL_ATTRIBUTE}"))
    found = [words for good, words in flaws if not good]
    for words in found:
        yield fail(f"{name} {words}", _deploy(patient))
    if not found:
        yield ok(f"{name} is active: stream, expiry, encryption and recovery to a point in time are on")


def functions(patient: Patient) -> Iterator[Finding]:
    """All at the version that was published last, with the settings that the stack has."""
    if patient.deployment.is_local:
        yield ok("make dev runs them from this clone: an edit counts from the next request on")
        return
    if not patient.deployment.stack:
        yield warn("without a stack nothing is known of them", "Name the deployment with --stage.")
        return
    release = patient.deployment.environment.get("RELEASE", "")
    client = cast(Any, boto3).client("lambda")
    names = _functions_of(patient.deployment.stack)
    good = 0
    for name in names:
        flaw = _flaw(client, name, patient)
        if flaw:
            yield flaw
        else:
            good += 1
    if good:
        yield ok(f"{good} of {len(names)} functions serve their last version" + (f", release {release[:12]}" if release else ""))


def _functions_of(stack: str) -> list[str]:
    pages = cast(Any, boto3).client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return sorted(each["PhysicalResourceId"] for each in resources if each["ResourceType"] == "AWS::Lambda::Function")


def _flaw(client: Any, name: str, patient: Patient) -> Finding | None:
    try:
        alias = client.get_alias(FunctionName=name, Name="live")
    except client.exceptions.ResourceNotFoundException:
        return fail(f"{name} has no alias live", _deploy(patient))
    if alias.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
        return warn(f"{name} is being changed over to a new version", "Wait for CodeDeploy to end, or look at the alarms that hold it.")
    served = client.get_function_configuration(FunctionName=name, Qualifier="live")
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    last = max(int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"] != "$LATEST")
    if int(alias["FunctionVersion"]) != last:
        return fail(f"{name} serves version {alias['FunctionVersion']} of {last}", "A deployment was rolled back: see its alarms.")
    if served.get("State", "Active") != "Active":
        return fail(f"{name} is {served['State']}: {served.get('StateReason', '')}", _deploy(patient))
    version = served.get("Environment", {}).get("Variables", {}).get("STRIPE_API_VERSION")
    if version is not None and version != patient.release.api_version:
        return fail(f"{name} speaks {version}, the stack {patient.release.api_version}", _deploy(patient))
    return None


def reconcile(patient: Patient) -> Iterator[Finding]:
    """Whether the schedule runs, by what its runs leave in the table."""
    progress = jobs.progress_of("events")
    by_hand = patient.typed("reconcile")
    if not progress:
        yield warn("has never run", f"It runs five minutes after a deployment; is its schedule there? By hand: {by_hand}")
        return
    late = behind(progress, time.time())
    if late > BEHIND_SECONDS:
        yield fail(f"is {span(late)} behind", f"Is its schedule enabled, and what is in its log? By hand: {by_hand}")
    else:
        yield ok(f"has looked at all events up to {ago(int(time.time()) - late)}")


def drift(patient: Patient) -> Iterator[Finding]:
    """Whether all subscriptions were compared with the table of late, and what that found."""
    last, going, by_hand = jobs.ended_of(DRIFT), jobs.progress_of(DRIFT), patient.typed("reconcile --drift")
    since = last.get("at") or going.get("begun")
    under_way = f"; one is under way, at {int(going['compared']):,} subscriptions" if going else ""
    if since is not None and time.time() - since > DRIFT_DAYS * DAY:
        says = f"the last scan ended {ago(since)}" if last else f"no scan has ended; the first was begun {ago(since)}"
        yield fail(says + under_way, f"One a day is due: is its schedule enabled, and what is in reconcile's log? By hand: {by_hand}")
    elif not last:
        yield warn(f"no scan has ended yet{under_way}", f"The first begins within a day of a deployment. By hand: {by_hand}")
    elif last["repaired"]:
        found = (
            f"the scan of {ago(last['at'])} compared {int(last['compared']):,} subscriptions and repaired {int(last['repaired']):,} parts"
        )
        yield warn(found + under_way, "The users are fine; events were missed: docs/operations.md, RepairedAlarm.")
    else:
        yield ok(f"the scan of {ago(last['at'])} compared {int(last['compared']):,} subscriptions, and none differed{under_way}")
