"""What a deployment made, taken away again.

In Stripe only the webhook endpoint goes: customers, subscriptions and products are never touched, so who pays goes on paying. The users
stay, and the table too unless its own name is typed.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import stripe
from botocore.exceptions import ClientError

from ops import keys, webhooks
from ops.deploy import checks, site, stack, stripe_keys
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target
from ops.parameters import Name

_T = TypeVar("_T")


def check(target: Target) -> list[str]:
    """Raises `Stopped` when it must not go on."""
    account = checks.check_aws(target)
    there = target.stack or {}
    status = there.get("StackStatus", "")
    if status.endswith("_IN_PROGRESS") and status not in ("DELETE_IN_PROGRESS", "REVIEW_IN_PROGRESS"):
        raise Stopped(f"The stack {target.stack_name} is {status}. Wait until that has ended, then {target.again}")
    if there.get("EnableTerminationProtection"):
        raise Stopped(
            f"The stack {target.stack_name} is protected. If it is really to go: in the Console, CloudFormation, choose it and "
            f"Stack actions, Edit termination protection. Then {target.again}"
        )
    _check_table(target)
    return [f"{target.stack_name} in AWS account {account}, {target.region}", *_kept(target)]


def _check_table(target: Target) -> None:
    name, ours = target.delete_table, target.outputs.get("TableName")
    if name and name != ours and (ours or not name.startswith(f"{target.stack_name}-")):
        raise Stopped(f"DELETE_TABLE={name} is not the table of {target.stage}{f', which is {ours}' if ours else ''}. Nothing was done.")


def _kept(target: Target) -> list[str]:
    outputs = target.outputs
    kept = [f"keeps the user pool {outputs['UserPoolId']}"] if "UserPoolId" in outputs else []
    if (table := outputs.get("TableName")) and not target.delete_table:
        kept.append(f"keeps the table {table} (make destroy STAGE={target.stage} DELETE_TABLE={table} deletes it)")
    settings = target.overrides.settings
    where = settings.get("s3_bucket", "sam's own bucket, which other stacks may use (its name is in the stack aws-sam-cli-managed-default)")
    return [*kept, f"keeps what deployments uploaded, {settings.get('s3_prefix', target.stack_name)}/ in {where}"]


# ------------------------------------------------------------------------------------------------------------ Stripe


def webhook(target: Target) -> list[str]:
    return [f"deleted {endpoint}" for endpoint in _with_stripe(target, webhooks.remove)] or _left(target)


def preview_webhook(target: Target) -> list[str]:
    return [f"delete {endpoint.id}" for endpoint in _with_stripe(target, webhooks.endpoints)] or _left(target)


def _with_stripe(target: Target, ask: Callable[[stripe.StripeClient, str, str | None], list[_T]]) -> list[_T]:
    """What is asked with the stored key: the one of the account that the endpoint is in. Raises `Stopped` if Stripe does not take it."""
    if target.leave_endpoint or not (stored := _stored(target)):
        return []
    name, key = stored
    try:
        keys.check(key, target.stage)
        return ask(target.stripe_client(key), target.stage, target.outputs.get("WebhookUrl"))
    except keys.WrongKey as error:
        reason = str(error)
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        reason = error.user_message or str(error)
    raise Stopped(
        f"Stripe does not let the stored key ({target.parameters.path(name)}) delete the webhook endpoint: {reason} Store one that may, "
        f"{stripe_keys.setting(target.stage, name)}, then {target.again}. Or leave the endpoint: {target.again} ARGS=--leave-endpoint, "
        f"and delete it yourself: {_by_hand(target)}"
    )


def _stored(target: Target) -> tuple[Name, str] | None:
    names: tuple[Name, ...] = ("deploy-key", "secret-key")
    return next(((name, key) for name in names if (key := target.parameters.get(name))), None)


def _left(target: Target) -> list[str]:
    if target.leave_endpoint:
        return [f"leaves the endpoint to you: {_by_hand(target)}"]
    return [] if _stored(target) else ["no key in SSM, so none in Stripe was looked for"]


def _by_hand(target: Target) -> str:
    url = target.outputs.get("WebhookUrl")
    return f"in Stripe's Dashboard, Developers, Webhooks, {f'the one at {url}' if url else f'the one described as Recur, {target.stage}'}"


# --------------------------------------------------------------------------------------------------------------- AWS


def empty_bucket(target: Target) -> list[str]:
    """All versions of everything: CloudFormation deletes no bucket that holds anything."""
    bucket, s3, count = target.outputs.get("SiteBucketName"), target.client("s3"), 0
    if bucket is None:
        return []
    for batch in _versions(s3, bucket):
        site.delete(s3, bucket, batch)
        count += len(batch)
    return [f"{count} objects removed"] if count else []


def preview_bucket(target: Target) -> list[str]:
    bucket = target.outputs.get("SiteBucketName")
    count = sum(len(batch) for batch in _versions(target.client("s3"), bucket)) if bucket else 0
    return [f"remove {count} objects from {bucket}"] if count else []


def _versions(s3: Any, bucket: str) -> list[list[dict[str, str]]]:
    """As `delete_objects` takes them, 1,000 at once at most. None when there is no such bucket."""
    batches: list[list[dict[str, str]]] = []
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if found:
                batches.append([{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found])
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchBucket":
            raise
    return batches


def delete_stack(target: Target) -> list[str]:
    if target.stack is None:
        return []
    stack.delete(target)
    return [f"deleted {target.stack_name}"]


def preview_stack(target: Target) -> list[str]:
    return [f"delete {target.stack_name}"] if target.stack else []


def delete_table(target: Target) -> list[str]:
    """Only by its name. Its deletion protection is lifted here and nowhere else."""
    name, dynamodb = target.delete_table, target.client("dynamodb")
    if not _exists(dynamodb, name):
        return []
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)
    return [f"deleted {name}"]


def preview_table(target: Target) -> list[str]:
    return [f"delete {target.delete_table}"] if _exists(target.client("dynamodb"), target.delete_table) else []


def _exists(dynamodb: Any, table: str) -> bool:
    if not table:
        return False
    try:
        dynamodb.describe_table(TableName=table)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True


def delete_parameters(target: Target) -> list[str]:
    return [f"deleted {path}" for path in target.parameters.delete_all()]


def preview_parameters(target: Target) -> list[str]:
    return [f"delete {path}" for path in target.parameters.there()]
