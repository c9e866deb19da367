"""No command prints a secret: not in a table, not as JSON, not when it fails, whatever the reason."""

import io
import sys
from collections.abc import Callable
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from billing import secrets
from billing.reconcile import budget
from local.fake_stripe.server.messages import Request, Response, json_response
from ops import __main__ as main
from ops import settling
from ops.__main__ import COMMANDS
from ops.parameters import Name, Parameters
from tests.support.stripe_in_process import InProcessStripe, Transport

Tell = Callable[..., tuple[int, str, str]]

KEY, DEPLOY_KEY = "sk_" + "test_canary4eC39HqLyjWDarjtT1", "rk_" + "test_canaryDeploy4eC39HqLyj"
WEBHOOK = "whsec_" + "canaryMfKQ9r8GKYqrTwjUPD8IL"
CLIENT = "cs_test_1_secret_" + "canaryfidkdWxhYHdpcXxpamZm"
EMAIL = "canary.person@example.com"
CANARIES = (KEY, DEPLOY_KEY, WEBHOOK, CLIENT, EMAIL)

COMMAND_LINES: dict[str, list[list[str]]] = {
    "doctor": [["doctor"], ["doctor", "--json"]],
    "explain": [["explain", "u2"], ["explain", "u2", "--json"], ["explain", EMAIL.replace("canary.", "other.")]],
    "replay": [["replay", "--since", "1h"], ["replay", "--since", "1h", "--json"], ["replay", "evt_none"], ["replay", "EVENT"]],
    "reconcile": [["reconcile", "--drift"], ["reconcile", "--drift", "--deep", "--json"]],
    "backfill": [["backfill"], ["backfill", "--json"]],
    "catalog": [["catalog", "plan"], ["catalog", "drift", "--json"], ["catalog", "apply"], ["catalog", "export"]],
    "webhooks": [["webhooks"], ["webhooks", "--json"], ["webhooks", "apply"]],
    "secrets": [
        ["secrets", "rotate"],
        ["secrets", "rotate", "--json"],
        *(["secrets", "set", name, "--stage", "dev"] for name in ("stripe-key", "deploy-key", "publishable-key")),
    ],
}
ELSEWHERE = {"deploy", "destroy"}
"""They need a whole project to deploy, and have tests of their own; what they fail with passes the same redaction."""


def test_every_command_is_here() -> None:
    assert {command.__name__.rpartition(".")[2] for command in COMMANDS} == COMMAND_LINES.keys() | ELSEWHERE


@pytest.fixture
def shop(deployed: Parameters, account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> str:
    """A deployment full of canaries. An event's id."""
    monkeypatch.setattr(settling.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(budget, "RESTS", (0.0, 0.0))
    customer, _ = account.subscriber("u2")
    account.post(f"/v1/customers/{customer}", email=EMAIL, name="Canary Person")
    account.now()
    account.api.keys.secret = KEY
    account.api.keys.add(DEPLOY_KEY, ["webhook_write", "plan_write", "product_write", "entitlement_write", "event_read"])
    for name, value in {"secret-key": KEY, "deploy-key": DEPLOY_KEY, "webhook-secret": WEBHOOK}.items():
        deployed.put(cast(Name, name), value)
    monkeypatch.setattr(secrets, "_cache", {"/key": (float("inf"), KEY), "/webhook": (float("inf"), WEBHOOK)})
    monkeypatch.setenv("STRIPE_SECRET_KEY", KEY)
    return next(row["id"] for row in account.world.newest("event") if row["type"] == "customer.subscription.created")


def refused(status: int) -> Callable[[Request], Response]:
    """As Stripe may word it, quoting all that it was sent."""
    message = f"Bad request by {KEY} or {DEPLOY_KEY} with {WEBHOOK} and {CLIENT}"
    error = {"type": "invalid_request_error", "code": "canary", "message": message}
    return lambda request: json_response(status, {"error": error})


def broken(*_: Any, **__: Any) -> Any:
    raise ValueError(f"Invalid header value b'Bearer {KEY}\\n' or {WEBHOOK} or {CLIENT}")


def denied(*_: Any, **__: Any) -> Any:
    said = {"Error": {"Code": "AccessDeniedException", "Message": f"not allowed to read {WEBHOOK}"}}
    raise ClientError(said, "GetParameter")  # pyright: ignore[reportArgumentType]


TROUBLE: dict[str, Callable[[InProcessStripe, pytest.MonkeyPatch], object]] = {
    "all is well": lambda account, monkeypatch: None,
    "Stripe refuses": lambda account, monkeypatch: setattr(account, "fault", refused(400)),
    "Stripe does not know the key": lambda account, monkeypatch: setattr(account, "fault", refused(401)),
    "Stripe forbids": lambda account, monkeypatch: setattr(account, "fault", refused(403)),
    "Stripe has a rest": lambda account, monkeypatch: setattr(account, "fault", refused(429)),
    "Stripe fails": lambda account, monkeypatch: setattr(account, "fault", refused(500)),
    "a library stumbles": lambda account, monkeypatch: monkeypatch.setattr(Transport, "request", broken),
    "SSM refuses": lambda account, monkeypatch: monkeypatch.setattr(Parameters, "get", denied),
}


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE.keys())
@pytest.mark.parametrize("command", COMMAND_LINES)
def test_no_canary_is_in_what_a_command_says(
    shop: str,
    account: InProcessStripe,
    tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    trouble: Callable[[InProcessStripe, pytest.MonkeyPatch], object],
) -> None:
    trouble(account, monkeypatch)
    for line in COMMAND_LINES[command]:
        for typed in (KEY, DEPLOY_KEY, WEBHOOK, "pk_" + "test_" + "public12345"):
            monkeypatch.setattr(sys, "stdin", io.StringIO(typed + "\n"))
            _, output, errors = tell(*(shop if word == "EVENT" else word for word in line))
            made = {secret for endpoint in account.world.newest("webhook_endpoint") for secret in endpoint["_secrets"]}
            assert [canary for canary in {*CANARIES, *made} if canary in output + errors] == [], line
            if line[0] != "secrets":
                break


def test_a_secret_as_an_argument_is_not_repeated(tell: Tell) -> None:
    for line in (["explain", "u2", KEY], ["secrets", "set", KEY], ["replay", "--since", WEBHOOK], ["doctor", f"--stage={KEY}"]):
        status, output, errors = tell(*line)
        assert status == 1
        assert [canary for canary in CANARIES if canary in output + errors] == [], line


def test_without_the_redaction_a_library_would_tell(shop: str, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the test."""
    monkeypatch.setattr(Transport, "request", broken)
    monkeypatch.setattr(main, "redacted", lambda text: text)
    assert KEY in tell("replay", shop)[2]
