"""A whole stack with its log in a file, and the operator's commands against it, as a process of their own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.children import ROOT
from local.lambdas.environment import Endpoints, environment
from local.logs import Log
from local.ports import Ports
from local.stack import LocalStack

Ops = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "stack.log"


@pytest.fixture(scope="module")
def stack(log_file: Path) -> Iterator[LocalStack]:
    """A stack of its own: its endpoints, keys and catalogue are changed."""
    with LocalStack(ports=Ports.free(), environment={}, log=Log(quiet=True, file=log_file)) as running:
        yield running


@pytest.fixture(scope="module")
def settings(stack: LocalStack) -> dict[str, str]:
    """What an operator without a stack in CloudFormation sets."""
    function = next(each for each in stack.template.functions if each.logical_id == "ReconcileFunction")
    given = environment(function, endpoints=Endpoints(stack.aws_url, None), runtime_api="")
    theirs = ("AWS_ENDPOINT", "AWS_DEFAULT", "AWS_ACCESS", "AWS_SECRET", "AWS_SESSION", "STRIPE_", "STAGE", "TABLE_NAME", "PATH")
    kept = {name: value for name, value in given.items() if name.startswith(theirs)}
    operator = {"AWS_ACCESS_KEY_ID": "local", "PATH": os.environ["PATH"]}
    pool = next(each for each in stack.template.functions if each.logical_id == "DeleteAccountFunction").environment["USER_POOL_ID"]
    return kept | operator | {"WEBHOOK_URL": stack.webhook_url, "USER_POOL_ID": pool}


@pytest.fixture(scope="module")
def ops(settings: dict[str, str]) -> Ops:
    """`ops("explain", user)`: runs `python -m ops explain ...`."""

    def run(*arguments: str, given: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ops", *arguments]
        return subprocess.run(
            command, env=settings | changes, cwd=ROOT, input=given, text=True, check=False, capture_output=True, timeout=120
        )

    return run
