"""A stack over the fixture's template, without Stripe, on ports of its own; and a user who has signed in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from local.logs import Log
from local.ports import Ports
from local.stack import LocalStack
from tests.integration.local.support import FIXTURE, Answer, Cognito, User, call, sign_in


@pytest.fixture(scope="session")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "stack.log"


@pytest.fixture(scope="session")
def stack(log_file: Path) -> Iterator[LocalStack]:
    with LocalStack(
        ports=Ports.free(),
        template=FIXTURE / "template.yaml",
        site=FIXTURE / "site",
        environment={},
        with_stripe=False,
        log=Log(quiet=True, file=log_file),
    ) as stack:
        yield stack


@pytest.fixture(scope="session")
def cognito(stack: LocalStack) -> Cognito:
    """Calls Cognito as a browser does: unsigned, with the client's id where one is needed."""

    def call_cognito(operation: str, **parameters: Any) -> Answer:
        headers = {
            "x_amz_target": f"AWSCognitoIdentityProviderService.{operation}",
            "content_type": "application/x-amz-json-1.1",
            "origin": stack.site_url,
        }
        return call(stack.aws_url, "POST", json.dumps(parameters).encode(), **headers)

    return call_cognito


@pytest.fixture
def user(stack: LocalStack, cognito: Cognito) -> User:
    """Somebody who has registered, confirmed and signed in."""
    client = stack.config["cognito"]["clientId"]
    email, password = f"{uuid4().hex}@example.org", "correct horse"
    sub = cognito("SignUp", ClientId=client, Username=email, Password=password).json["UserSub"]
    cognito("ConfirmSignUp", ClientId=client, Username=email, ConfirmationCode="123456")
    tokens = sign_in(cognito, client, email, password).json["AuthenticationResult"]
    return User(email, password, sub, tokens["IdToken"], tokens["AccessToken"], tokens["RefreshToken"])
