"""Secrets over a real SSM client (moto): read once, read again, rotated, lost, and while SSM does not answer."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import stripe
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

import account as account_function
import create_customer
import webhook
from billing import secrets
from billing.customers import ensure_customer
from billing.errors import Misconfigured, TryAgain
from local.fake_stripe.server.messages import Request, Response
from tests.support import events
from tests.support.stripe_in_process import InProcessStripe, refusal

KEY, WEBHOOK = "/key", "/webhook"
OLD, NEW = "whsec_old", "whsec_new"


class Ssm:
    """The parameter store, a clock, and how often the one was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client = boto3.client("ssm")
        self.exceptions = self.client.exceptions
        self.asked = 0
        self.down = False
        self.now = 10_000.0
        monkeypatch.setattr(secrets, "_cache", {})
        monkeypatch.setattr(secrets, "_unanswered", {})
        monkeypatch.setattr(secrets, "_ssm", lambda: self)
        monkeypatch.setattr(secrets, "time", self)

    def monotonic(self) -> float:
        return self.now

    def get_parameter(self, **wanted: Any) -> Any:
        self.asked += 1
        if self.down:
            raise EndpointConnectionError(endpoint_url="https://ssm.us-east-1.amazonaws.com")
        return self.client.get_parameter(**wanted)

    def put(self, name: str, value: str) -> None:
        self.client.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


@pytest.fixture
def ssm(account: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ssm]:
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        made = Ssm(monkeypatch)
        made.put(KEY, "sk_test_local\n")
        made.put(WEBHOOK, OLD)
        yield made


def delivered(secret: str) -> int:
    """The webhook's answer to an event that is signed with this."""
    body = json.dumps(events.event("customer.subscription.created", events.subscription())).encode()
    return webhook.handler(events.delivery(body, events.signature(body, secret=secret)), None)["statusCode"]


def test_a_secret_is_read_once_in_a_while(ssm: Ssm) -> None:
    for _ in range(5):
        assert delivered(OLD) == 200
    assert ssm.asked == 1
    ssm.now += secrets.FRESH_SECONDS + 1
    assert delivered(OLD) == 200
    assert ssm.asked == 2


def test_a_new_webhook_secret_counts_at_once_and_the_old_one_as_long_as_it_is_stored(ssm: Ssm) -> None:
    assert delivered(OLD) == 200
    ssm.now += secrets.RECHECK_SECONDS
    ssm.put(WEBHOOK, f"{NEW}\n{OLD}")
    assert (delivered(NEW), delivered(OLD)) == (200, 200)
    ssm.put(WEBHOOK, NEW)
    assert (delivered(NEW), delivered(OLD)) == (200, 200)
    ssm.now += secrets.FRESH_SECONDS
    assert (delivered(NEW), delivered(OLD)) == (200, 400)


def test_forgeries_do_not_cost_a_read_each(ssm: Ssm) -> None:
    for _ in range(20):
        assert delivered("whsec_forged") == 400
    assert ssm.asked == 1
    ssm.now += secrets.RECHECK_SECONDS
    for _ in range(20):
        assert delivered("whsec_forged") == 400
    assert ssm.asked == 2


@pytest.mark.parametrize("lost", ["deleted", "emptied"])
def test_a_lost_secret_refuses_everything(ssm: Ssm, lost: str) -> None:
    assert delivered(OLD) == 200
    if lost == "deleted":
        ssm.client.delete_parameter(Name=WEBHOOK)
    else:
        ssm.put(WEBHOOK, " \n")
    ssm.now += secrets.RECHECK_SECONDS
    # One look is enough: what was read before it counts no more.
    assert delivered("whsec_forged") == 500
    assert delivered(OLD) == 500
    ssm.put(WEBHOOK, OLD)
    assert delivered(OLD) == 200


def test_ssm_is_away_for_a_while_and_no_event_is_refused(ssm: Ssm, caplog: pytest.LogCaptureFixture) -> None:
    assert delivered(OLD) == 200
    ssm.down = True
    ssm.now += secrets.FRESH_SECONDS
    asked = ssm.asked
    with caplog.at_level(logging.WARNING):
        for _ in range(60):
            assert delivered(OLD) == 200
            ssm.now += 1
    # Not at every event: each look may take seconds.
    assert ssm.asked - asked <= 60 / secrets.RETRY_SECONDS + 1
    assert "SSM does not answer" in caplog.text
    assert OLD not in caplog.text
    ssm.down = False
    ssm.put(WEBHOOK, NEW)
    ssm.now += secrets.RETRY_SECONDS
    assert (delivered(NEW), delivered(OLD)) == (200, 400)


def test_an_old_secret_is_not_used_for_ever(ssm: Ssm) -> None:
    assert delivered(OLD) == 200
    ssm.down = True
    ssm.now += secrets.STALE_SECONDS + 1
    assert delivered(OLD) == 503


def test_a_function_that_has_read_nothing_yet_asks_for_patience(ssm: Ssm) -> None:
    ssm.down = True
    assert delivered(OLD) == 503
    with pytest.raises(TryAgain):
        secrets.stripe_secret_key()
    claims = {"sub": "u9", "email": "u9@example.com", "email_verified": "true", "token_use": "id"}
    event = {"requestContext": {"requestId": "r1", "authorizer": {"jwt": {"claims": claims}}}, "body": "{}"}
    assert create_customer.handler(event, None)["statusCode"] == 503
    assert account_function.handler(event, None)["statusCode"] == 200  # which needs no secret


def test_a_missing_key_is_the_operators_business(ssm: Ssm) -> None:
    ssm.client.delete_parameter(Name=KEY)
    with pytest.raises(Misconfigured, match="/key is missing or empty"):
        secrets.stripe_secret_key()


def test_a_rolled_key_is_in_use_as_soon_as_the_old_one_fails(ssm: Ssm, account: InProcessStripe) -> None:
    def only(value: str) -> None:
        def fault(request: Request) -> Response | None:
            return None if request.headers["authorization"] == f"Bearer {value}" else refusal(401, "api_key_expired")

        account.fault = fault

    only("sk_test_local")
    assert ensure_customer("u5", "u5@example.com")
    ssm.now += secrets.RECHECK_SECONDS
    renewed = "sk_" + "test_renewed"
    account.api.keys.add(renewed, ["customer_write"])
    ssm.put(KEY, renewed)
    only(renewed)
    assert ensure_customer("u6", "u6@example.com")
    only("nothing")
    asked = ssm.asked
    for number in range(7, 10):
        with pytest.raises(stripe.AuthenticationError):
            ensure_customer(f"u{number}", f"u{number}@example.com")
    assert ssm.asked == asked


def test_the_real_client_gives_up_long_before_the_function_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    secrets._ssm.cache_clear()  # pyright: ignore[reportPrivateUsage]
    limits: Any = secrets._ssm().meta.config  # pyright: ignore[reportPrivateUsage]
    assert limits.retries["total_max_attempts"] * (limits.connect_timeout + limits.read_timeout) <= 10
    secrets._ssm.cache_clear()  # pyright: ignore[reportPrivateUsage]
