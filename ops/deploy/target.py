"""What is deployed to: one stage in one AWS account and region, and the Stripe account that belongs to it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import stripe
from botocore.exceptions import ClientError

from billing.release import RELEASES, Release
from ops import aws
from ops.deploy import stripe_keys
from ops.deploy.overrides import Overrides
from ops.deploy.stopped import Stopped
from ops.parameters import Parameters

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

ROOT = Path(__file__).parents[2]
SAM = ".venv-sam/bin/sam"


@dataclass(frozen=True)
class Target:
    """Clients and facts that the steps share. What it is asked for is looked up once; `refresh` forgets the stack."""

    stage: str
    project: Path = field(default_factory=lambda: ROOT)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    agreed: bool = False
    """Nothing is asked: the operator agrees to what this would do."""
    despite_alarms: bool = False
    """Deploys while an alarm rings: all at once, and no alarm takes it back."""
    command: str = "deploy"
    """Or destroy."""
    delete_table: str = ""
    """The name of the table that may be destroyed too, typed by the operator."""
    leave_endpoint: bool = False
    """Destroys without Stripe: its endpoint is deleted by hand."""

    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def stack_name(self) -> str:
        return f"recur-{self.stage}"

    @property
    def again(self) -> str:
        """The command that goes on where this one stopped."""
        return f"make {self.command} STAGE={self.stage}"

    @property
    def sam(self) -> str:
        return self.environment.get("SAM", SAM)

    @cached_property
    def overrides(self) -> Overrides:
        """The template's parameters. Raises `Stopped` for a samconfig.toml or a template that cannot be read."""
        return Overrides.read(self.project, self.stage)

    # ----------------------------------------------------------------------------------------------------------- AWS

    @cached_property
    def session(self) -> Any:
        return aws.place(self.overrides.settings, self.environment).session()

    @property
    def region(self) -> str:
        """Raises `Stopped` when none is set."""
        if not self.session.region_name:
            raise Stopped(aws.NO_REGION)
        return self.session.region_name

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.session.client(service, region_name=self.region)
        return self._clients[service]

    @cached_property
    def parameters(self) -> Parameters:
        return Parameters(self.client("ssm"), self.stage)

    @cached_property
    def stack(self) -> "StackTypeDef | None":
        """As CloudFormation describes it; None when there is none."""
        try:
            return self.client("cloudformation").describe_stacks(StackName=self.stack_name)["Stacks"][0]
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ValidationError":
                return None
            raise

    @property
    def outputs(self) -> dict[str, str]:
        """Of the stack; empty when there is none."""
        return {each.get("OutputKey", ""): each.get("OutputValue", "") for each in (self.stack or {}).get("Outputs", [])}

    def output(self, name: str) -> str:
        """Raises `Stopped` when the stack has no such output."""
        if not (value := self.outputs.get(name)):
            raise Stopped(
                f"The stack {self.stack_name} has no output {name}. Is template.yaml the one that was deployed? Try: {self.again}"
            )
        return value

    def refresh(self) -> None:
        self.__dict__.pop("stack", None)

    # -------------------------------------------------------------------------------------------------------- Stripe

    @cached_property
    def keys(self) -> stripe_keys.Keys:
        """Raises `Stopped` when one is missing, or not this stage's."""
        return stripe_keys.resolve(self.stage, self.parameters, self.environment)

    @property
    def release(self) -> Release:
        version = self.overrides.values["StripeApiVersion"]
        if version not in RELEASES:
            raise Stopped(f"StripeApiVersion is {version!r}; known: {', '.join(RELEASES)}.")
        return RELEASES[version]

    def stripe_client(self, key: str) -> stripe.StripeClient:
        base: Any = {"api": self.overrides.values["StripeApiBase"]}
        return stripe.StripeClient(key, stripe_version=self.release.api_version, base_addresses=base, max_network_retries=3)

    @cached_property
    def stripe(self) -> stripe.StripeClient:
        """With the key that may write the catalogue and webhook endpoints."""
        return self.stripe_client(self.keys.for_deploying)
