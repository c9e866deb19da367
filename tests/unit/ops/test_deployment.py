"""Which deployment a command is about: by its stack, or by the environment."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from billing import secrets
from ops import deployment
from ops.deployment import NotSetUp
from ops.keys import WrongKey, check
from ops.redaction import redacted
from tests.support.stripe_in_process import InProcessStripe

Tell = Callable[..., tuple[int, str, str]]

TEMPLATE = {
    "Parameters": {name: {"Type": "String"} for name in ("StripeApiVersion", "StripeApiBase", "PastDueGraceDays")},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {
        "TableName": {"Value": "recur-staging-Table-1"},
        "UserPoolId": {"Value": "us-east-1_pool"},
        "WebhookUrl": {"Value": "https://hook.lambda-url.us-east-1.on.aws/"},
    },
}
PARAMETERS = {"StripeApiVersion": "2025-09-30.clover", "StripeApiBase": "https://stripe.test", "PastDueGraceDays": "3"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_REGION", raising=False)
    with mock_aws():
        yield


def make_stack(name: str, template: dict[str, Any] = TEMPLATE, region: str | None = None) -> None:
    given: Any = [{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items() if key in template["Parameters"]]
    boto3.client("cloudformation", region).create_stack(StackName=name, TemplateBody=json.dumps(template), Parameters=given)


@pytest.mark.usefixtures("aws")
def test_a_stage_is_resolved_by_its_stack_and_wins_over_the_environment() -> None:
    make_stack("recur-staging")
    environment = {"STAGE": "dev", "TABLE_NAME": "of-dev", "STRIPE_API_VERSION": "other", "STRIPE_SECRET_KEY_PARAMETER": "/of/dev"}
    found = deployment.use("staging", environment)
    assert (found.stage, found.table, found.stack) == ("staging", "recur-staging-Table-1", "recur-staging")
    assert found.webhook_url == "https://hook.lambda-url.us-east-1.on.aws/"
    assert environment["STAGE"] == "staging"
    assert environment["TABLE_NAME"] == "recur-staging-Table-1"
    assert environment["USER_POOL_ID"] == "us-east-1_pool"
    assert environment["STRIPE_API_VERSION"] == "2025-09-30.clover"
    assert environment["STRIPE_API_BASE"] == "https://stripe.test"
    assert environment["PAST_DUE_GRACE_DAYS"] == "3"
    assert environment["STRIPE_SECRET_KEY_PARAMETER"] == "/recur/staging/stripe/secret-key"
    assert environment["AWS_DEFAULT_REGION"] == "us-east-1"


@pytest.mark.usefixtures("aws")
def test_a_stage_that_is_not_deployed() -> None:
    with pytest.raises(NotSetUp, match=r"no stack recur-prod in us-east-1.*make deploy STAGE=prod"):
        deployment.use("prod", {})


@pytest.mark.usefixtures("aws")
def test_a_stack_of_somebody_elses() -> None:
    make_stack("recur-dev", {"Parameters": {}, "Resources": TEMPLATE["Resources"]})
    with pytest.raises(NotSetUp, match="no output TableName"):
        deployment.use("dev", {})


@pytest.mark.usefixtures("aws")
def test_the_environment_alone() -> None:
    found = deployment.use(None, {"STAGE": "dev", "TABLE_NAME": "table", "AWS_REGION": "eu-west-1"})
    assert (found.stage, found.table, found.stack, found.environment["AWS_DEFAULT_REGION"]) == ("dev", "table", "", "eu-west-1")
    with pytest.raises(NotSetUp, match="WEBHOOK_URL"):
        _ = found.webhook_url
    with pytest.raises(NotSetUp, match="STAGE and TABLE_NAME"):
        deployment.use(None, {})


def test_no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(NotSetUp, match="AWS_REGION"):
        deployment.use(None, {"STAGE": "dev", "TABLE_NAME": "table"})


def test_whoever_signed_in_by_aws_login_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile and the file as AWS's CLI leaves them; botocore reads them with awscrt alone."""
    who = "arn:aws:iam::111122223333:user/ada"
    (tmp_path / "config").write_text(f"[profile ada]\nlogin_session = {who}\nregion = eu-west-1\n")
    lent = {"accessKeyId": "ASIAADA", "secretAccessKey": "s", "sessionToken": "t", "accountId": "111122223333"}
    token = {"accessToken": lent | {"expiresAt": "2099-01-01T00:00:00Z"}, "refreshToken": "r", "dpopKey": "k", "clientId": "c"}
    (tmp_path / f"{hashlib.sha256(who.encode()).hexdigest()}.json").write_text(json.dumps(token))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_LOGIN_CACHE_DIRECTORY", str(tmp_path))
    credentials = boto3.Session(profile_name="ada").get_credentials()
    assert credentials is not None
    assert credentials.access_key == "ASIAADA"


@pytest.mark.usefixtures("aws")
def test_a_command_with_a_stage(account: InProcessStripe, tell: Tell) -> None:
    make_stack("recur-dev")
    account.subscriber("u2")
    account.deliver()
    account.later()
    assert tell("explain", "u2", "--stage", "dev")[0] == 0
    status, output, errors = tell("explain", "u2", "--stage", "prod")
    assert (status, output) == (1, "")
    assert errors.startswith("There is no stack recur-prod")
    assert tell("explain", "u2", "--stage", "qa")[0] == 1


@pytest.mark.usefixtures("aws")
def test_a_stage_is_where_samconfig_says(samconfig: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    samconfig(dev={"region": "eu-central-1"})
    make_stack("recur-dev", region="eu-central-1")
    environment = {"AWS_REGION": "us-east-1"}
    assert deployment.use("dev", environment).table == "recur-staging-Table-1"
    assert (environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"]) == ("eu-central-1", "eu-central-1")
    said = "samconfig.toml says region eu-central-1 for this stage, and goes before the environment's AWS_REGION=us-east-1.\n"
    assert capsys.readouterr().err == said
    deployment.use("dev", environment)
    assert capsys.readouterr().err == "", "it agrees now"
    with pytest.raises(NotSetUp, match="no stack recur-staging in us-east-1"):
        deployment.use("staging", {"AWS_REGION": "us-east-1"})


LIVE, TEST = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc", "sk_" + "test_" + "4eC39HqLyjWDarjtT1zdp7dc"


@pytest.mark.parametrize(
    ("key", "stage", "complaint"),
    [
        (LIVE, "dev", "dev takes test keys only"),
        (LIVE, "staging", "staging takes test keys only"),
        (TEST, "prod", "prod takes live keys only"),
        (TEST.replace("sk_", "pk_"), "dev", "for browsers"),
        ("whsec_" + "abcdef", "dev", "no key of Stripe's"),
        (TEST + " ", "dev", "no key of Stripe's"),
        ("", "dev", "no key of Stripe's"),
    ],
)
def test_a_key_of_the_wrong_kind_is_named_and_not_shown(key: str, stage: str, complaint: str) -> None:
    with pytest.raises(WrongKey, match=complaint) as refused:
        check(key, stage)
    assert not key or key not in str(refused.value)


def test_a_right_key() -> None:
    assert check(LIVE, "prod") == ("secret", "live")
    assert check(TEST.replace("sk_", "rk_"), "staging") == ("restricted", "test")


def test_what_others_quote_is_taken_out() -> None:
    text = f"Invalid header value b'Bearer {LIVE}\\n' with {'whsec_' + 'abc123'} and {'cs_test_1_secret_' + 'xyz'}; sk_test_****1234"
    assert redacted(text) == "Invalid header value b'Bearer sk_live_…\\n' with whsec_… and cs_test_1_secret_…; sk_test_****1234"


@pytest.mark.parametrize("command", [["explain", "u2"], ["replay", "evt_1"], ["reconcile"], ["backfill"]])
def test_a_key_of_the_other_mode_reaches_nobody(
    account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr(secrets, "_cache", {"/key": (float("inf"), LIVE)})
    account.requests.clear()
    status, output, errors = tell(*command)
    assert (status, output, account.requests) == (1, "", [])
    assert errors == "/key: This is a live key, and dev takes test keys only.\n"
