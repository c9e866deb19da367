"""Why a deployment stops: before it changed anything, in one message that says what to do."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from moto.cloudformation.models import cloudformation_backends

from ops.deploy import smoke, stack, stack_events
from ops.deploy.steps import DEPLOY, DESTROY, perform
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target
from tests.integration.deploy.cloud import REGION, SECRET_KEY, Cloud, watched
from tests.support.permissions import documented

# Built from parts, so that no scanner takes them for somebody's.
LIVE_SECRET, LIVE_PUBLISHABLE = "sk_" + "live_x" + "1" * 20, "pk_" + "live_x" + "1" * 20
TEST_PUBLISHABLE = "pk_" + "test_x" + "1" * 20


def of_account(kind: str, account: str) -> str:
    """A key of today's form."""
    return f"{kind}_test_5{account}{'x' * 80}"


KEYS = {
    "none": ("dev", {}, "dev has no Stripe key yet: set STRIPE_SECRET_KEY"),
    "no publishable": ("dev", {"STRIPE_SECRET_KEY": SECRET_KEY}, "set STRIPE_PUBLISHABLE_KEY"),
    "live in dev": ("dev", {"STRIPE_SECRET_KEY": LIVE_SECRET, "STRIPE_PUBLISHABLE_KEY": TEST_PUBLISHABLE}, "dev takes test keys only"),
    "live in staging": (
        "staging",
        {"STRIPE_SECRET_KEY": LIVE_SECRET, "STRIPE_PUBLISHABLE_KEY": LIVE_PUBLISHABLE},
        "staging takes test keys",
    ),
    "test in prod": ("prod", {"STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_PUBLISHABLE_KEY": LIVE_PUBLISHABLE}, "prod takes live keys only"),
    "restricted test in prod": (
        "prod",
        {"STRIPE_SECRET_KEY": "rk_test_narrow", "STRIPE_PUBLISHABLE_KEY": LIVE_PUBLISHABLE},
        "prod takes live keys only",
    ),
    "deploy key of test in prod": (
        "prod",
        {"STRIPE_SECRET_KEY": LIVE_SECRET, "STRIPE_PUBLISHABLE_KEY": LIVE_PUBLISHABLE, "STRIPE_DEPLOY_KEY": SECRET_KEY},
        "STRIPE_DEPLOY_KEY: This is a test key",
    ),
    "publishable of the other mode": (
        "dev",
        {"STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_PUBLISHABLE_KEY": LIVE_PUBLISHABLE},
        "STRIPE_PUBLISHABLE_KEY is a live key",
    ),
    "swapped": ("dev", {"STRIPE_SECRET_KEY": TEST_PUBLISHABLE, "STRIPE_PUBLISHABLE_KEY": SECRET_KEY}, "This is a publishable key"),
    "secret made public": ("dev", {"STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_PUBLISHABLE_KEY": SECRET_KEY}, "It would be public"),
    "of two accounts": (
        "dev",
        {"STRIPE_SECRET_KEY": of_account("sk", "1AAAAAAAAAAAAAAA"), "STRIPE_PUBLISHABLE_KEY": of_account("pk", "1BBBBBBBBBBBBBBB")},
        "of different accounts",
    ),
    "unknown": (
        "dev",
        {"STRIPE_SECRET_KEY": "sk_test_unknown", "STRIPE_PUBLISHABLE_KEY": "pk_test_local"},
        "does not know the key in STRIPE_SE",
    ),
    "unknown publishable": (
        "dev",
        {"STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_PUBLISHABLE_KEY": "pk_test_unknown"},
        "does not know the key in STRIPE_PU",
    ),
}


def refused(target: Target, words: str) -> str:
    """What it says; and nothing was changed."""
    changed: list[str] = []
    with watched(changed.append), pytest.raises(Stopped, match=re.escape(words)) as stopped:
        perform(DEPLOY, target)
    assert changed == []
    assert not any(secret in str(stopped.value) for secret in (LIVE_SECRET, SECRET_KEY, "rk_test_narrow", "sk_test_unknown"))
    return str(stopped.value)


@pytest.mark.parametrize("case", KEYS)
def test_keys_and_stage_must_agree(cloud: Cloud, case: str) -> None:
    stage, keys, words = KEYS[case]
    refused(cloud.target(stage, keys=False, environment=keys), words)


def test_another_key_than_the_stored_one(cloud: Cloud) -> None:
    perform(DEPLOY[:2], cloud.target())
    said = refused(cloud.target(environment={"STRIPE_SECRET_KEY": "sk_test_another"}), "is not the key that dev has in SSM")
    assert "python -m ops secrets set stripe-key --stage dev" in said


FUNCTIONS, DEPLOYING = (list(documented(whose).values()) for whose in ("functions", "deploying"))


def test_a_restricted_key_must_have_its_permissions(cloud: Cloud) -> None:
    cloud.control("keys", {"key": "rk_test_narrow", "scopes": [each for each in FUNCTIONS if each != "invoice_write"]})
    said = refused(cloud.target(environment={"STRIPE_SECRET_KEY": "rk_test_narrow"}), "lacks Invoices: Write; Webhook Endpoints: Write;")
    assert "STRIPE_DEPLOY_KEY" in said


def test_a_narrow_key_for_the_functions_and_another_to_deploy(cloud: Cloud) -> None:
    cloud.control("keys", {"key": "rk_test_narrow", "scopes": FUNCTIONS})
    cloud.control("keys", {"key": "rk_test_deploy", "scopes": DEPLOYING})
    perform(DEPLOY, cloud.target(environment={"STRIPE_SECRET_KEY": "rk_test_narrow", "STRIPE_DEPLOY_KEY": "rk_test_deploy"}))
    stored = cloud.observer.parameters
    assert (stored.get("secret-key"), stored.get("deploy-key")) == ("rk_test_narrow", "rk_test_deploy")
    perform(DEPLOY, cloud.target(keys=False))


def test_no_region(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    refused(cloud.target(signed_in=False), "No AWS region is set")


def test_no_credentials(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    refused(cloud.target(signed_in=False), "AWS does not know who you are")


def test_no_sam(cloud: Cloud) -> None:
    refused(cloud.target(environment={"SAM": "/nowhere/sam"}), "There is no /nowhere/sam")


def edited(cloud: Cloud, file: str, old: str, new: str) -> None:
    path = cloud.project / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


FILES = {
    "unknown parameter": ("samconfig.toml", "PastDueGraceDays=7", "PastDueGraceDay=7", "sets PastDueGraceDay for dev"),
    "no section": ("samconfig.toml", "[dev.deploy.parameters]", "[dev2.deploy.parameters]", "no section [dev.deploy.parameters]"),
    "another stage's": ("samconfig.toml", "Stage=dev ", "Stage=prod ", "deploys Stage=prod in its section for dev"),
    "another stack": ("samconfig.toml", 'stack_name = "recur-dev"', 'stack_name = "mine"', 'stack_name = "recur-dev"'),
    "no toml": ("samconfig.toml", "[dev.", "[[dev", "samconfig.toml cannot be read"),
    "unknown release": ("samconfig.toml", "PastDueGraceDays=7", "StripeApiVersion=2020-01-01", "StripeApiVersion is '2020-01-01'"),
    "senseless catalogue": ("catalog.toml", 'currency = "usd"', "currency = 5", "catalog.toml"),
    "no template": ("template.yaml", "Parameters:", "Parameters: [", "template.yaml"),
}


@pytest.mark.parametrize("case", FILES)
def test_files_that_make_no_sense(cloud: Cloud, case: str) -> None:
    file, old, new, words = FILES[case]
    edited(cloud, file, old, new)
    refused(cloud.target(), words)


def test_another_apps_lookup_key_in_the_catalogue(cloud: Cloud) -> None:
    terms: Any = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "Theirs", "metadata": {"app": "elsewhere"}}}
    cloud.stripe.v1.prices.create(terms | {"lookup_key": "basic_monthly"})
    said = refused(cloud.target(), "The lookup key basic_monthly belongs to prod_")
    assert "of the app elsewhere: take another one. Mend catalog.toml" in said


def test_what_the_catalogue_takes_away_is_shown_and_agreed_to(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    perform(DEPLOY, cloud.target())
    edited(cloud, "catalog.toml", "unit_amount = 500", "unit_amount = 600")
    refused(cloud.target(), "ARGS=--yes")
    assert "  replace price basic_monthly: 600 usd\n" in capsys.readouterr().out
    perform(DEPLOY, cloud.target(), dry=True)
    assert "replace price basic_monthly: 600 usd\n" in capsys.readouterr().out
    perform(DEPLOY, cloud.target(agreed=True))
    assert cloud.state()["prices"] == [("basic_monthly", 600), ("premium_monthly", 1500)]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("DELETE_FAILED", "make destroy STAGE=dev"),
        ("UPDATE_IN_PROGRESS", "somebody else deploys it"),
        ("UPDATE_ROLLBACK_FAILED", "Continue update rollback"),
    ],
)
def test_a_stack_that_cannot_be_updated(cloud: Cloud, status: str, words: str) -> None:
    target = cloud.target()
    target.__dict__["stack"] = {"StackName": "recur-dev", "StackStatus": status}
    refused(target, words)


WITHOUT_SMOKE = DEPLOY[:-1]
"""The site that answers is dev's."""


def ring(cloud: Cloud, name: str, state: str) -> None:
    cloudwatch = cloud.target().client("cloudwatch")
    metric = {"Namespace": "recur", "MetricName": "M", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.0}
    cloudwatch.put_metric_alarm(AlarmName=name, ComparisonOperator="GreaterThanThreshold", **metric)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


@pytest.mark.parametrize("name", ["recur-staging-api-5xx", "recur-staging-WebhookFailedAlarm-1AB"])
def test_while_an_alarm_rings_that_would_stop_it_and_the_way_on(cloud: Cloud, name: str) -> None:
    def despite() -> str:
        stack = cloud.target("staging").stack
        return {each.get("ParameterKey"): each.get("ParameterValue", "") for each in (stack or {}).get("Parameters", [])}[
            "DeployDespiteAlarms"
        ]

    ring(cloud, name, "ALARM")
    perform(WITHOUT_SMOKE, cloud.target("staging"))  # whose stack is not there yet
    assert despite() == "false"
    said = refused(cloud.target("staging"), f"{name} rings")
    assert "make deploy STAGE=staging ARGS=--despite-alarms" in said
    perform(WITHOUT_SMOKE, cloud.target("staging", despite_alarms=True))
    assert despite() == "true"
    ring(cloud, name, "OK")
    perform(WITHOUT_SMOKE, cloud.target("staging"))
    assert despite() == "false"


def test_an_alarm_that_stops_nothing(cloud: Cloud) -> None:
    """Another's, another stage's, or dev's, where a version takes over at once."""
    perform(WITHOUT_SMOKE, cloud.target("staging"))
    for name in ("recur-staging-RepairedAlarm-1AB", "recur-prod-api-5xx"):
        ring(cloud, name, "ALARM")
    perform(WITHOUT_SMOKE, cloud.target("staging"))
    perform(DESTROY, cloud.target("staging", command="destroy"))
    ring(cloud, "recur-dev-api-5xx", "ALARM")
    for _ in range(2):
        perform(WITHOUT_SMOKE, cloud.target())


@pytest.mark.parametrize("status", stack.STILLBORN)
def test_a_stack_whose_first_deployment_failed_is_made_anew(cloud: Cloud, capsys: pytest.CaptureFixture[str], status: str) -> None:
    """Stripe's keys stay stored: nobody is asked for them again."""
    perform(DEPLOY[:4], cloud.target())
    backend = cloudformation_backends["123456789012"][REGION]
    failed = backend.get_stack("recur-dev")
    failed.status = status
    perform(DEPLOY, cloud.target(keys=False), dry=True)
    assert "delete the stack recur-dev, whose first deployment failed" in capsys.readouterr().out
    assert cloud.target().stack
    changed: list[str] = []
    with watched(changed.append):
        perform(DEPLOY, cloud.target(keys=False))
    assert changed[0] == "DeleteStack"
    assert "deleted recur-dev, whose first deployment had failed" in capsys.readouterr().out
    cloud.state()
    assert backend.get_stack("recur-dev").stack_id != failed.stack_id


def test_another_deployment_of_the_stage_in_the_same_account(cloud: Cloud) -> None:
    theirs: Any = {"url": "https://theirs.example/", "enabled_events": ["*"], "metadata": {"app": "recur", "stage": "dev"}}
    cloud.stripe.v1.webhook_endpoints.create(theirs)
    refused(cloud.target(), "serves another deployment of dev, at https://theirs.example/")


def test_sam_fails(cloud: Cloud) -> None:
    (cloud.project / "fail").write_text("deploy")
    with pytest.raises(Stopped, match="sam deploy failed") as stopped:
        perform(DEPLOY, cloud.target())
    assert "  Error: Requires capabilities : [CAPABILITY_NAMED_IAM]" in str(stopped.value)
    assert "Then make deploy STAGE=dev" in str(stopped.value)
    (cloud.project / "fail").unlink()
    perform(DEPLOY, cloud.target())


def test_the_stack_fails(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed in it is shown, and not sam's last lines."""
    perform(DEPLOY, cloud.target())
    (cloud.project / "fail").write_text("deploy")
    mark, backend = stack_events.newest, cloudformation_backends["123456789012"][REGION]

    def meanwhile(target: Target) -> str | None:
        before, there = mark(target), backend.get_stack("recur-dev")
        there._add_stack_event("UPDATE_FAILED", "Quota exceeded")  # pyright: ignore[reportPrivateUsage]
        return before

    monkeypatch.setattr(stack_events, "newest", meanwhile)
    with pytest.raises(Stopped, match=r"What failed first:\n  recur-dev .*: UPDATE_FAILED: Quota exceeded\n    → A quota") as stopped:
        perform(DEPLOY, cloud.target())
    assert "CAPABILITY_NAMED_IAM" not in str(stopped.value)
    assert "All that sam said is in .aws-sam/log/dev-deploy.txt" in str(stopped.value)
    assert "Requires capabilities" in (cloud.project / ".aws-sam" / "log" / "dev-deploy.txt").read_text()


def test_stripe_refuses_in_the_middle(cloud: Cloud) -> None:
    cloud.control("faults", {"kind": "status", "status": 400, "method": "POST", "path": "/v1/webhook_endpoints", "count": 1})
    with pytest.raises(Stopped, match=r"^webhook: Stripe: .* To go on from here: make deploy STAGE=dev"):
        perform(DEPLOY, cloud.target())
    perform(DEPLOY, cloud.target())
    cloud.state()


def outputs(cloud: Cloud, **changed: str) -> None:
    file = cloud.project / "outputs.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))


WRONG: dict[str, Callable[[Cloud], object]] = {
    "GET /plans: no answer": lambda cloud: outputs(cloud, ApiUrl="http://127.0.0.1:9"),
    "webhook: 404": lambda cloud: outputs(cloud, WebhookUrl=f"{cloud.local.api_url}/nothing-here"),
    "CORS: allows the origin None": lambda cloud: outputs(cloud, SiteUrl="http://127.0.0.1:9"),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_does_not_answer_is_named(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    WRONG[words](cloud)
    monkeypatch.setattr(smoke, "SECONDS", 0.0)
    with pytest.raises(Stopped, match="does not answer as it should") as stopped:
        perform(DEPLOY, cloud.target())
    assert words in str(stopped.value)


def test_each_check_of_the_smoke_test_can_fail(cloud: Cloud) -> None:
    perform(DEPLOY, cloud.target())
    target = cloud.target()
    assert [smoke.asked(check, target) for check in smoke.CHECKS.values()] == [None] * len(smoke.CHECKS)
    bucket = target.output("SiteBucketName")
    for endpoint in cloud.endpoints():
        cloud.stripe.v1.webhook_endpoints.update(endpoint["id"], {"disabled": True})
    target.client("s3").put_object(Bucket=bucket, Key="config.json", Body=b'{"apiUrl": "https://elsewhere.example"}')
    target.client("s3").delete_object(Bucket=bucket, Key="index.html")
    said = {name: smoke.asked(check, target) for name, check in smoke.CHECKS.items()}
    assert said["endpoint in Stripe"] == f"0 endpoints are enabled at {cloud.local.webhook_url} in Stripe, not one"
    assert said["config.json"] == "it is another deployment's, or an old one"
    assert said["site"] == "404, not 200"


def test_a_dry_run_says_all_and_changes_nothing(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    changed: list[str] = []
    with watched(changed.append):
        perform(DEPLOY, cloud.target(), dry=True)
        first = capsys.readouterr().out
    perform(DEPLOY, cloud.target())
    edited(cloud, "samconfig.toml", "PastDueGraceDays=7", "PastDueGraceDays=9")
    (cloud.project / "static_site" / "404.html").write_text("Gone")
    capsys.readouterr()
    with watched(changed.append):
        perform(DEPLOY, cloud.target(), dry=True)
        second = capsys.readouterr().out
    assert changed == []
    for words in (
        "store /recur/dev/stripe/secret-key",
        "make the stack recur-dev",
        "create price basic_monthly",
        "make the endpoint",
        "upload 5",
    ):
        assert words in first
    for words in ("PastDueGraceDays: '7' → '9'", "upload 404.html", "invalidate /*"):
        assert words in second
