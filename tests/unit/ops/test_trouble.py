"""What Stripe and AWS did not do, told in a line: who, what, and what to do; and never a browser's words."""

import errno
import socket
from collections.abc import Callable

import boto3
import pytest
import stripe
from botocore.config import Config
from botocore.exceptions import ClientError, NoCredentialsError

from billing import secrets
from billing.errors import BillingError, TryAgain
from ops.trouble import trouble

Tell = Callable[..., tuple[int, str, str]]


def refused(code: str, message: str = "said", operation: str = "DescribeTable") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize(
    ("error", "says", "todo"),
    [
        (stripe.AuthenticationError("Invalid API Key"), "Stripe: Invalid API Key", "secrets set stripe-key"),
        (stripe.PermissionError("may not"), "Stripe: may not", "docs/security.md"),
        (stripe.RateLimitError("too many"), "Stripe: too many", "in a minute"),
        (stripe.APIError("broken"), "Stripe: broken", "status.stripe.com"),
        (
            refused("ResourceNotFoundException", "Requested resource not found: Table: t not found"),
            "There is no table",
            "account or region",
        ),
        (refused("AccessDeniedException"), "AccessDenied", "whose credentials"),
        (refused("ExpiredTokenException"), "ExpiredToken", "whose credentials"),
        (refused("ThrottlingException"), "Throttling", "in a minute"),
        (NoCredentialsError(), "Unable to locate credentials", "aws sso login"),
        (TryAgain("try_again", "This could not be finished. Please try again in a moment."), "AWS did not answer", "Run it again"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device", "Make room"),
    ],
)
def test_each_is_told_with_what_to_do(error: Exception, says: str, todo: str) -> None:
    found = trouble(error)
    assert found
    assert says in found.says
    assert todo in found.todo
    assert "\n" not in found.says + found.todo


def test_what_is_our_own_fault_is_not_among_them() -> None:
    assert [trouble(error) for error in (KeyError("a"), OSError(errno.ENOENT, "none"), BillingError())] == [None] * 3


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> str:
    """An AWS at an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}"
    for name, value in {"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    return address


def test_a_refused_connection_is_not_about_credentials(nobody: str) -> None:
    with pytest.raises(Exception, match="Could not connect") as raised:
        boto3.client("ssm", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1})).describe_parameters()
    found = trouble(raised.value)
    assert found
    assert found.says == f"AWS does not answer at {nobody}/: Connection refused."
    assert found.silent == "AWS"
    assert "credentials" not in found.todo


def test_a_command_that_cannot_have_the_key_says_why(tell: Tell, nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_cache", {})

    def unanswered(name: str) -> None:
        return None

    monkeypatch.setattr(secrets, "_ask", unanswered)
    status, output, errors = tell("explain", "u2")
    assert (status, output) == (1, "")
    assert errors.startswith(f"AWS does not answer at {nobody}/: Connection refused. ")
    assert "Please try again" not in errors
