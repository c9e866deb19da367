"""The Stripe account that an operator's command talks to. A key is never an argument, which `ps` shows."""

import os
from collections.abc import Mapping
from typing import Any

import boto3
from stripe import StripeClient

from billing.release import NEWEST, RELEASES, Release
from ops.deployment import Deployment
from ops.keys import check
from ops.parameters import Parameters
from ops.program import typed


class NoAccount(Exception):
    """The environment does not say which account; the message says what to set."""


def release(environment: Mapping[str, str] = os.environ) -> Release:
    version = environment.get("STRIPE_API_VERSION", NEWEST)
    if version not in RELEASES:
        raise NoAccount(f"STRIPE_API_VERSION is {version!r}; known: {', '.join(RELEASES)}")
    return RELEASES[version]


def account(environment: Mapping[str, str] = os.environ) -> StripeClient:
    """STRIPE_SECRET_KEY (required), STRIPE_API_VERSION and STRIPE_API_BASE. Raises `NoAccount`."""
    key = environment.get("STRIPE_SECRET_KEY")
    if not key:
        raise NoAccount("Set STRIPE_SECRET_KEY to the account's secret key, or to a restricted one.")
    return client(key, environment)


def client(key: str, environment: Mapping[str, str] = os.environ) -> StripeClient:
    """The same account's, or another's, by a key that is at hand."""
    base = environment.get("STRIPE_API_BASE", "https://api.stripe.com")
    return StripeClient(key, stripe_version=release(environment).api_version, base_addresses={"api": base}, max_network_retries=3)


def parameters_of(stage: str, session: Any = boto3) -> Parameters:
    """What the stage keeps in SSM, where the session is: the environment, once `deployment.use` has completed it."""
    return Parameters(session.client("ssm"), stage)


def none_stored(parameters: Parameters, stores: str) -> NoAccount:
    """`stores` is the command that mends it."""
    return NoAccount(f"There is no {parameters.path('secret-key')} in {parameters.region}. This stores one: {stores}")


def account_of(deployment: Deployment) -> StripeClient:
    """A deployment's account, as `account_of_stage`."""
    return account_of_stage(deployment.stage, boto3, deployment.environment)


def account_of_stage(stage: str, session: Any, environment: Mapping[str, str] = os.environ) -> StripeClient:
    """A stage's account, with the key that is kept for deploying or else the functions'. Raises `NoAccount` and `WrongKey`."""
    parameters = parameters_of(stage, session)
    key = parameters.get("deploy-key") or parameters.get("secret-key")
    if key is None:
        raise none_stored(parameters, typed("secrets set stripe-key", f"--stage {stage}"))
    check(key, stage)
    return client(key, environment)
