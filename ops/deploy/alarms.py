"""The alarms that a gradual deployment watches, asked before it begins: CodeDeploy stops one whose alarm rings already.

It would be rolled back, whatever is in it, also the mend or the way back that would end the alarm. Sources: CodeDeploy user guide,
"Monitoring deployments with Amazon CloudWatch alarms"; aws/serverless-application-model#716.
"""

from ops.deploy.stopped import Stopped
from ops.deploy.target import Target

WATCHED = ("FunctionFailedAlarm", "WebhookFailedAlarm", "api-5xx")
"""After the stack's name: an alarm's own name, or its logical id, to which CloudFormation adds an ending. As in template.yaml's Globals."""
PARAMETER = "DeployDespiteAlarms"
AT_ONCE = "dev"
"""The stage where every version takes over at once, and no alarm is watched."""


def check(target: Target) -> None:
    """Raises `Stopped` while one of them rings, unless the operator goes on despite it."""
    if target.stack is None or target.stage == AT_ONCE or target.despite_alarms:
        return
    if names := ringing(target):
        ring = "rings" if len(names) == 1 else "ring"
        raise Stopped(
            f"{' and '.join(names)} {ring}, and while an alarm rings CodeDeploy stops every gradual deployment. Wait until it is quiet; "
            f"or, if this is the mend or the way back: {target.again} ARGS=--despite-alarms. Then the new version takes over at once, and "
            "no alarm takes it back. docs/operations.md says what the alarm means."
        )


def ringing(target: Target) -> list[str]:
    """Names of those in ALARM."""
    pages = (
        target.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{target.stack_name}-", StateValue="ALARM")
    )
    found = [each for page in pages for each in page.get("MetricAlarms", [])]
    return sorted(each["AlarmName"] for each in found if each["StateValue"] == "ALARM" and _watched(target, each["AlarmName"]))


def _watched(target: Target, name: str) -> bool:
    own = name.removeprefix(f"{target.stack_name}-")
    return any(own == each or own.startswith(f"{each}-") for each in WATCHED)
