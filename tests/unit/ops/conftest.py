"""The operator's commands in this process, over the table in memory and the fake Stripe: the fixtures of tests/unit/billing."""

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws
from stripe import StripeClient

from billing.log import logger
from billing.release import NEWEST
from local.fake_stripe.inprocess import InProcess
from ops import __main__ as ops
from ops import aws, stripe_account
from ops.deployment import STAGES
from ops.parameters import Parameters
from tests.support.stripe_in_process import InProcessStripe, Transport
from tests.unit.billing.conftest import account, table

__all__ = ["account", "table"]

Told = tuple[int, str, str]


class Empty(InProcess):
    """An account without anything in it, for the SDK to talk to."""

    def __init__(self) -> None:
        super().__init__(api_version=NEWEST)
        self.requests: list[str] = []
        self.dated = True
        self.fault: Any = lambda request: None
        self.http = Transport(self)  # pyright: ignore[reportArgumentType]


@pytest.fixture(autouse=True)
def samconfig(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`samconfig(dev={"region": "eu-central-1"})`: where the clone's samconfig.toml has its stages; nowhere unless it is called."""
    clone = tmp_path_factory.mktemp("clone")
    monkeypatch.setattr(aws, "ROOT", clone)

    def write(**places: dict[str, str]) -> None:
        lines = [[f"[{stage}.deploy.parameters]", *(f'{k} = "{v}"' for k, v in places.get(stage, {}).items())] for stage in STAGES]
        (clone / "samconfig.toml").write_text("\n".join(line for section in lines for line in section))

    write()
    return write


@pytest.fixture
def tell(account: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Told]]:
    """`tell("explain", "u2")`: runs `python -m ops explain u2` and gives (exit status, standard output, standard error)."""
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    def run(*arguments: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["ops", *arguments])
        capsys.readouterr()
        try:
            status = ops.main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        lines = capsys.readouterr()
        return status, lines.out, lines.err

    # The layer's logger was made before the command could silence it, as it never is outside of tests.
    before = logger().log_level
    logger().setLevel("CRITICAL")
    with patch.dict(os.environ):  # a command completes its environment
        yield run
    logger().setLevel(before)


@pytest.fixture
def deployed(account: InProcessStripe, tell: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parameters]:
    """The stage dev, deployed: its SSM (moto) with Stripe's key, its URL in the environment, and every client of Stripe's in process."""
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "WEBHOOK_URL": "https://hook.test/"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setattr(stripe_account, "StripeClient", partial(StripeClient, http_client=account.http))
    with mock_aws():
        parameters = Parameters(boto3.client("ssm"), "dev")
        parameters.put("secret-key", "sk_test_local")
        yield parameters
