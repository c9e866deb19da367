"""The deployment that an operator's command is about: its table, its stage and, by reference, its own Stripe key.

Commands run the deployed code itself, so what they see and do is what the app sees and does. It reads its settings from the
environment, which is completed here: with `--stage` from samconfig.toml (`ops.aws`) and the stack's outputs and parameters, else from
what is set already (STAGE and TABLE_NAME at least).
"""

import os
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from billing.release import NEWEST
from billing.secrets import stripe_secret_key
from ops import aws
from ops.aws import NotSetUp
from ops.keys import WrongKey, check
from ops.parameters import path

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

STAGES = ("dev", "staging", "prod")

_OF_OUTPUT = {"TABLE_NAME": "TableName", "USER_POOL_ID": "UserPoolId", "WEBHOOK_URL": "WebhookUrl"}
_OF_PARAMETER = {
    "STRIPE_API_VERSION": "StripeApiVersion",
    "STRIPE_API_BASE": "StripeApiBase",
    "PAST_DUE_GRACE_DAYS": "PastDueGraceDays",
    "RELEASE": "Release",
}


@dataclass(frozen=True, slots=True)
class Deployment:
    stage: str
    table: str
    environment: MutableMapping[str, str] = field(repr=False)
    stack: str = ""
    """The name of its CloudFormation stack; empty when the environment alone says what it is."""

    def output(self, name: str) -> str:
        """What only some commands need, by the variable's name. Raises `NotSetUp`."""
        value = self.environment.get(name)
        if not value:
            raise NotSetUp(f"Name the deployment with --stage, or set {name} to what its stack's outputs say.")
        return value

    @property
    def webhook_url(self) -> str:
        return self.output("WEBHOOK_URL")


def use(stage: str | None, environment: MutableMapping[str, str] = os.environ) -> Deployment:
    """Completes the environment for the layer's code. Raises `NotSetUp`."""
    session = aws.enter(stage, environment)
    stack = ""
    if stage:
        stack = f"recur-{stage}"
        found = describe(stack, session)
        environment.update({"STAGE": stage, "STRIPE_SECRET_KEY_PARAMETER": path(stage, "secret-key")} | _values(found))
    missing = [name for name in ("STAGE", "TABLE_NAME") if not environment.get(name)]
    if missing:
        raise NotSetUp(f"Name the deployment with --stage, or set {' and '.join(missing)} to those of it (see the outputs of its stack).")
    defaults = {
        "STRIPE_SECRET_KEY_PARAMETER": path(environment["STAGE"], "secret-key"),
        "STRIPE_API_BASE": "https://api.stripe.com",
        "STRIPE_API_VERSION": NEWEST,
        "PAST_DUE_GRACE_DAYS": "14",
        "POWERTOOLS_SERVICE_NAME": "recur-ops",
        # The layer logs and counts on standard output, which is the command's own here.
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }
    for name, value in defaults.items():
        environment.setdefault(name, value)
    return Deployment(environment["STAGE"], environment["TABLE_NAME"], environment, stack)


def connect(stage: str | None) -> Deployment:
    """As `use`, for a command that then runs the layer's code over Stripe: raises `WrongKey` for a key of the other mode before that.

    A live key in a test stage would otherwise read, and write down, people who pay.
    """
    used = use(stage)
    try:
        check(stripe_secret_key(), used.stage)
    except WrongKey as error:
        raise WrongKey(f"{used.environment['STRIPE_SECRET_KEY_PARAMETER']}: {error}") from None
    return used


def describe(stack: str, session: Any) -> "StackTypeDef":
    """Raises `NotSetUp` when there is no such stack."""
    client = session.client("cloudformation")
    try:
        return client.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ValidationError":
            raise
        place = client.meta.region_name
        raise NotSetUp(
            f"There is no stack {stack} in {place}. samconfig.toml, or else AWS_PROFILE and AWS_REGION, choose the account and the "
            f"region; `make deploy STAGE={stack.removeprefix('recur-')}` makes one."
        ) from None


def _values(stack: "StackTypeDef") -> dict[str, str]:
    outputs = {each.get("OutputKey"): each.get("OutputValue", "") for each in stack.get("Outputs", [])}
    parameters = {each.get("ParameterKey"): each.get("ParameterValue", "") for each in stack.get("Parameters", [])}
    found = {variable: outputs.get(name, "") for variable, name in _OF_OUTPUT.items()}
    found |= {variable: parameters.get(name, "") for variable, name in _OF_PARAMETER.items()}
    if not found["TABLE_NAME"]:
        raise NotSetUp(f"The stack {stack['StackName']} has no output TableName: is it {stack['StackStatus']}, and Recur's?")
    return {variable: value for variable, value in found.items() if value}
