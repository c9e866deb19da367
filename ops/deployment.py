"""The deployment that an operator's command is about: its table, its stage and, by reference, its own Stripe key.

Commands run the deployed code itself, so what they see and do is what the app sees and does. It reads its settings from the
environment, which is completed here: with `--stage` from samconfig.toml (`ops.aws`) and the stack's outputs and parameters, with
`--local` from what `make dev` noted of its own, which then goes nowhere else, else from what is set already (STAGE and TABLE_NAME at
least).
"""

import os
import socket
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from billing.errors import TryAgain
from billing.release import NEWEST
from billing.secrets import stripe_secret_key
from local.state_file import STATE, read_state
from ops import aws
from ops.aws import NotSetUp
from ops.keys import WrongKey, check
from ops.parameters import path
from ops.program import typed

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

STAGES = ("dev", "staging", "prod")

Which = str | Path | None
"""A deployment as it is named: a stage; the folder in which a stack on this machine keeps its state; or nothing, and the environment
says it."""

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
    named: str = ""
    """How it was named: `--stage prod`, `--local`, or nothing."""

    @property
    def is_local(self) -> bool:
        return self.named.startswith("--local")

    def typed(self, words: str, *, needs_stack: bool = True) -> str:
        """The whole of a command about this deployment. `needs_stack=False`: it takes --stage where no stack is known, too."""
        return typed(words, self.named or ("" if needs_stack else f"--stage {self.stage}"))

    def output(self, name: str) -> str:
        """What only some commands need, by the variable's name. Raises `NotSetUp`."""
        value = self.environment.get(name)
        if not value:
            raise NotSetUp(f"Name the deployment with --stage, or set {name} to what its stack's outputs say.")
        return value

    @property
    def webhook_url(self) -> str:
        return self.output("WEBHOOK_URL")


def use(which: Which, environment: MutableMapping[str, str] = os.environ) -> Deployment:
    """Completes the environment for the layer's code. Raises `NotSetUp`."""
    stack = named = ""
    if isinstance(which, Path):
        _use_local(which, environment)
        named = "--local" if which == STATE else f"--local-state {which}"
    session = aws.enter(which if isinstance(which, str) else None, environment)
    if isinstance(which, str):
        stack, named = f"recur-{which}", f"--stage {which}"
        found = describe(stack, session)
        environment.update({"STAGE": which, "STRIPE_SECRET_KEY_PARAMETER": path(which, "secret-key")} | _values(found))
    missing = [name for name in ("STAGE", "TABLE_NAME") if not environment.get(name)]
    if missing:
        raise NotSetUp(
            f"Name the deployment with --stage, make dev's with --local, or set {' and '.join(missing)} to those of it "
            "(see the outputs of its stack)."
        )
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
    return Deployment(environment["STAGE"], environment["TABLE_NAME"], environment, stack, named)


def stage_of(which: Which, environment: MutableMapping[str, str] = os.environ) -> str | None:
    """For what needs no stack: the stage's name, AWS made ready to be asked. Raises `NotSetUp`."""
    if isinstance(which, Path):
        return use(which, environment).stage
    aws.enter(which, environment)
    return which


def connect(which: Which) -> Deployment:
    """As `use`, for a command that then runs the layer's code over Stripe: raises `WrongKey` for a key of the other mode before that.

    A live key in a test stage would otherwise read, and write down, people who pay.
    """
    used = use(which)
    parameter = used.environment["STRIPE_SECRET_KEY_PARAMETER"]
    try:
        check(stripe_secret_key(), used.stage)
    except WrongKey as error:
        raise WrongKey(f"{parameter}: {error}") from None
    except TryAgain as error:
        unanswered = error
    else:
        return used
    # The layer keeps for itself why, as a browser is not to know it: so it is asked for once more.
    once = Config(connect_timeout=2, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})
    boto3.client("ssm", config=once).get_parameter(Name=parameter)
    raise unanswered


def _use_local(folder: Path, environment: MutableMapping[str, str]) -> None:
    """Of AWS and Stripe nothing is left but what the stack of that folder is. Raises `NotSetUp`."""
    state = read_state(folder)
    address = urlsplit(state["awsUrl"]) if state else None
    try:
        if not state or not address:
            raise ConnectionError
        socket.create_connection((address.hostname or "", address.port or 80), timeout=5).close()
    except OSError:
        raise NotSetUp("No stack runs on this machine: start one with make dev, and leave it running.") from None
    for name in [name for name in environment if name.startswith(("AWS_", "STRIPE_"))]:
        del environment[name]
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    who = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": state["region"]}
    values = _of_stack(state["outputs"], state["parameters"])
    stage = state["parameters"]["Stage"]
    environment.update(nothing | who | values | {"AWS_ENDPOINT_URL": state["awsUrl"], "STAGE": stage})


def describe(stack: str, session: Any) -> "StackTypeDef":
    """Raises `NotSetUp` when there is no such stack."""
    client = session.client("cloudformation")
    try:
        return client.describe_stacks(StackName=stack)["Stacks"][0]
    except ResponseParserError:
        raise NotSetUp(f"No CloudFormation answers at {client.meta.endpoint_url}. For make dev's stack it is --local.") from None
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
    if not outputs.get("TableName"):
        raise NotSetUp(f"The stack {stack['StackName']} has no output TableName: is it {stack['StackStatus']}, and Recur's?")
    return _of_stack(outputs, parameters)


def _of_stack(outputs: Mapping[Any, str], parameters: Mapping[Any, str]) -> dict[str, str]:
    """The variables that they mean."""
    found = {variable: outputs.get(name, "") for variable, name in _OF_OUTPUT.items()}
    found |= {variable: parameters.get(name, "") for variable, name in _OF_PARAMETER.items()}
    return {variable: value for variable, value in found.items() if value}
