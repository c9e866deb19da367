"""`sam local invoke` with every shipped event, and `sam local start-api`: what was built, in Lambda's own image.

start-api lets every request through a JWT authorizer, without claims, and serves no Function URL (see sam-cli's documentation): of
it the public route is asked, and one that nobody may ask without claims.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from local import events
from local.ports import Ports
from local.stack import LocalStack
from tests.sam.beside import Options
from tests.support.shipped import FUNCTIONS, PROMISED
from tests.template.sam_cli import ROOT, TOOLS

READY = "Running on http://"


def invoke(options: Options, function: str, event: str | Path, payload: str | None = None) -> Any:
    """The function's answer, by `sam local invoke`. `event` is a file, or - for `payload`."""
    command = [TOOLS / "sam", "local", "invoke", function, "-e", event, *options]
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, input=payload, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def is_as_promised(name: str, answer: Any) -> bool:
    """By the line of events/README.md."""
    match PROMISED[name]:
        case "a report":
            return answer["events"]["stopped"] is None
        case "two events":
            return [event["type"] for event in answer] == ["subscription.activated", "entitlements.changed"]
        case status:
            return str(answer["statusCode"]) == status


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"webhook"}))
def test_every_function_answers_its_shipped_event(name: str, sam_local: Options) -> None:
    answer = invoke(sam_local, FUNCTIONS[name], f"events/{name}.json")
    assert is_as_promised(name, answer), answer


def test_the_webhook_takes_an_event_that_is_printed_signed(sam_local: Options, stack: LocalStack) -> None:
    environment = os.environ | {"STRIPE_WEBHOOK_SECRET": events.webhook_secret(stack.aws_url)}
    printing = [sys.executable, "-m", "local.events", "webhook", "--state", "no stack here"]
    printed = subprocess.run(printing, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    answer = invoke(sam_local, "WebhookFunction", "-", printed)
    assert is_as_promised("webhook", answer), answer


def test_the_webhook_refuses_the_file_itself_which_nobody_signed(sam_local: Options) -> None:
    assert invoke(sam_local, "WebhookFunction", "events/webhook.json")["statusCode"] == 400


def test_without_claims_nobody_is_let_in(sam_local: Options) -> None:
    event = events.read(events.FOLDER / "account.json")
    del event["requestContext"]["authorizer"]
    assert invoke(sam_local, "AccountFunction", "-", json.dumps(event))["statusCode"] == 401


@pytest.mark.timeout(300)
def test_the_public_route_answers_as_the_local_gateway_does(sam_local: Options, stack: LocalStack) -> None:
    port = Ports.free().api
    command = [TOOLS / "sam", "local", "start-api", *sam_local, "--port", str(port)]
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as api:
        try:
            assert api.stderr is not None
            assert any(READY in line for line in api.stderr), "sam local start-api ended before it served"
            with (
                urllib.request.urlopen(f"http://127.0.0.1:{port}/plans") as answer,
                urllib.request.urlopen(f"{stack.api_url}/plans") as ours,
            ):
                assert json.load(answer) == json.load(ours)
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/account")
        finally:
            api.terminate()
