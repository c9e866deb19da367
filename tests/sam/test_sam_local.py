"""`sam local invoke` and `sam local start-api` run what was built, in Lambda's own image.

start-api lets every request through a JWT authorizer and serves no Function URL (see sam-cli's documentation), so it is asked
for the public route alone; the others are invoked with the event that the gateway would send.
"""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

import pytest

from local.ports import Ports
from local.stack import LocalStack
from tests.template.sam_cli import ROOT, TOOLS

READY = "Running on http://"


def event(method: str, path: str, claims: dict[str, str] | None = None, body: str = "") -> dict:
    """An HTTP API's event, payload format 2.0."""
    authorizer = {"authorizer": {"jwt": {"claims": claims, "scopes": None}}} if claims else {}
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": method, "path": path}, "requestId": "test", **authorizer},
        "body": body,
        "isBase64Encoded": False,
    }


def invoke(options: list[str | Path], function: str, payload: dict) -> dict:
    """The function's answer, by `sam local invoke`."""
    command = [TOOLS / "sam", "local", "invoke", function, *options, "--event", "-"]
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, input=json.dumps(payload), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_account_is_read_from_the_table(sam_local: list[str | Path]) -> None:
    claims = {"sub": "somebody", "email": "somebody@example.com", "email_verified": "true", "token_use": "id"}
    answer = invoke(sam_local, "AccountFunction", event("GET", "/account", claims))
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["otherSubscriptions"] == []


def test_without_claims_nobody_is_let_in(sam_local: list[str | Path]) -> None:
    assert invoke(sam_local, "AccountFunction", event("GET", "/account"))["statusCode"] == 401


def test_the_webhook_refuses_what_stripe_did_not_sign(sam_local: list[str | Path]) -> None:
    assert invoke(sam_local, "WebhookFunction", event("POST", "/", body="{}"))["statusCode"] == 400


@pytest.mark.timeout(300)
def test_the_public_route_answers_as_the_local_gateway_does(sam_local: list[str | Path], stack: LocalStack) -> None:
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
        finally:
            api.terminate()
