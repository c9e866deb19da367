"""`doctor`: a healthy deployment passes; each thing that can be wrong is found, named, and told what to do about."""

import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from billing.reconcile.missed import OVERLAP
from billing.settings import settings
from billing.state import jobs
from ops import settling, stripe_account
from ops.catalog import wanted
from ops.catalog.changes import changes
from ops.doctor import Finding, Level, Patient, aws_side, examine
from ops.parameters import Parameters
from tests.support.permissions import documented
from tests.support.stripe_in_process import InProcessStripe

Tell = Callable[..., tuple[int, str, str]]
Json = dict[str, Any]
DAY = 86_400


class Lambda:
    """As far as it is asked."""

    class exceptions:  # noqa: N801 - boto3's name
        class ResourceNotFoundException(Exception):
            pass

    def __init__(self) -> None:
        self.serves: dict[str, str] = {"a": "3", "b": "5"}
        self.published: dict[str, list[str]] = {"a": ["1", "2", "3"], "b": ["5", "4"]}
        self.weights: Json = {}
        self.version = settings.release.api_version
        self.state = "Active"

    def get_alias(self, FunctionName: str, Name: str) -> Json:  # noqa: N803 - boto3's names
        assert Name == "live"
        if FunctionName not in self.serves:
            raise self.exceptions.ResourceNotFoundException
        return {"FunctionVersion": self.serves[FunctionName], "RoutingConfig": {"AdditionalVersionWeights": self.weights}}

    def get_function_configuration(self, FunctionName: str, Qualifier: str) -> Json:  # noqa: N803
        return {"State": self.state, "Environment": {"Variables": {"STRIPE_API_VERSION": self.version}}}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_versions_by_function"
        return self

    def paginate(self, FunctionName: str) -> list[Json]:  # noqa: N803
        return [{"Versions": [{"Version": "$LATEST"}]}, {"Versions": [{"Version": each} for each in self.published[FunctionName]]}]


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch, deployed: Parameters) -> Lambda:
    found = Lambda()
    real = boto3.client
    monkeypatch.setattr(aws_side.boto3, "client", lambda name, **named: found if name == "lambda" else real(name, **named))
    monkeypatch.setattr(aws_side, "_functions_of", lambda stack: ["a", "b"])
    return found


@pytest.fixture
def healthy(deployed: Parameters, functions: Lambda, account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> Patient:
    """As `make deploy` leaves it, and a while later."""
    monkeypatch.setattr(settling.time, "sleep", lambda seconds: None)
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="recur",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        SSESpecification={"Enabled": True},
        DeletionProtectionEnabled=True,
    )
    client.update_continuous_backups(TableName="recur", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    client.update_time_to_live(TableName="recur", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"})
    deployed.put("publishable-key", "pk_" + "test_local")
    restrict(account, deployed)
    assert tell("webhooks", "apply")[0] == 0
    account.subscriber("u2")
    account.deliver()
    account.now()
    jobs.begin("events", {"cursor": int(time.time()) - 120})
    used = stripe_account.Deployment("dev", "recur", {"WEBHOOK_URL": "https://hook.test/"}, stack="recur-dev")
    return Patient(used, deployed, settings.release)


def restrict(account: InProcessStripe, parameters: Parameters) -> None:
    """A key for the functions, one for the operator: as docs/security.md has it."""
    narrow, wide = "rk_" + "test_narrow", "rk_" + "test_wide"
    account.api.keys.add(narrow, list(documented("functions").values()))
    account.api.keys.add(wide, list(documented("deploying").values()))
    parameters.put("secret-key", narrow)
    parameters.put("deploy-key", wide)


def findings(patient: Patient, subject: str, level: Level) -> list[Finding]:
    return [finding for name, finding in examine(patient) if (name, finding.level) == (subject, level)]


def the_failure(patient: Patient, subject: str) -> str:
    """The one thing that is wrong, with something to do about it."""
    bad = [(name, finding) for name, finding in examine(patient) if finding.level is Level.FAIL]
    assert [name for name, _ in bad] == [subject], bad
    assert bad[0][1].todo
    return bad[0][1].says


def test_nothing_is_wrong(healthy: Patient) -> None:
    found = list(examine(healthy))
    assert [finding for _, finding in found if finding.level is not Level.OK] == []
    assert {name for name, _ in found} == {
        "keys",
        "release",
        "endpoint",
        "deliveries",
        "catalogue",
        "clocks",
        "table",
        "functions",
        "reconcile",
    }


def test_as_a_command(healthy: Patient, tell: Tell, account: InProcessStripe) -> None:
    status, output, errors = tell("doctor")
    assert (status, errors) == (0, "")
    assert all(line[:4] in ("ok  ", "warn", "    ") for line in output.splitlines())
    account.post(f"/v1/webhook_endpoints/{account.get('/v1/webhook_endpoints')['data'][0]['id']}", disabled=True)
    status, output, _ = tell("doctor", "--json")
    told = json.loads(output)
    assert (status, told["healthy"]) == (2, False)
    (failure,) = [each for each in told["findings"] if each["level"] == "fail"]
    assert (failure["subject"], failure["todo"]) == ("endpoint", "webhooks apply")
    assert "enabled again" in failure["says"]


def test_a_key_that_may_do_anything_is_a_warning(healthy: Patient) -> None:
    healthy.parameters.put("secret-key", "sk_test_local")
    (finding,) = findings(healthy, "keys", Level.WARN)
    assert "restricted" in finding.todo


def test_a_key_that_may_do_too_little(healthy: Patient, account: InProcessStripe) -> None:
    account.api.keys.add("rk_" + "test_narrow", ["event_read", "plan_read", "product_read", "entitlement_read"])
    assert "Customers: Write" in the_failure(healthy, "keys")


def test_a_key_of_the_other_mode_or_none(healthy: Patient) -> None:
    healthy.parameters.put("secret-key", "sk_" + "live_1234567")
    assert "dev takes test keys only" in findings(healthy, "keys", Level.FAIL)[0].says
    healthy.parameters.delete_all()
    assert "secrets set stripe-key" in findings(healthy, "keys", Level.FAIL)[0].says


def test_a_publishable_key_that_would_make_a_secret_public(healthy: Patient) -> None:
    healthy.parameters.put("publishable-key", "sk_" + "test_local")
    assert "is a secret test key" in the_failure(healthy, "keys")


def test_a_stored_secret_that_is_not_the_endpoints(healthy: Patient) -> None:
    healthy.parameters.put("webhook-secret", "whsec_other")
    assert "is not in SSM" in findings(healthy, "endpoint", Level.FAIL)[0].says


def test_an_old_secret(healthy: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parameters, "modified", lambda self, name: time.time() - 400 * DAY)
    (finding,) = findings(healthy, "endpoint", Level.WARN)
    assert (finding.says, finding.todo) == ("its secret was stored 400 days ago", "secrets rotate")


def test_what_was_not_delivered(healthy: Patient, account: InProcessStripe) -> None:
    account.world.pending_webhooks = lambda event: 1
    assert "still to be delivered" in findings(healthy, "deliveries", Level.WARN)[0].says
    account.world.pending_webhooks = lambda event: 0
    account.world.delivery_failed = lambda event: True
    assert "were given up" in findings(healthy, "deliveries", Level.WARN)[0].says


def test_a_price_changed_by_hand(healthy: Patient, account: InProcessStripe) -> None:
    account.post(f"/v1/prices/{account.prices['basic_monthly']}", active=False)
    assert "create price basic_monthly" in the_failure(healthy, "catalogue")
    for change in changes(account.client, wanted.read()):
        change.make()
    assert findings(healthy, "catalogue", Level.FAIL) == []


def test_clocks_that_disagree(healthy: Patient, account: InProcessStripe) -> None:
    account.later(3600)
    assert "(Stripe +3" in the_failure(healthy, "clocks")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda client: client.update_time_to_live(TableName="recur", TimeToLiveSpecification=ttl(False)), "does not expire items"),
        (lambda client: client.update_continuous_backups(TableName="recur", PointInTimeRecoverySpecification=pitr(False)), "point in time"),
        (lambda client: client.update_table(TableName="recur", StreamSpecification={"StreamEnabled": False}), "no stream"),
    ],
)
def test_a_table_without_what_protects_it(healthy: Patient, change: Callable[[Any], object], words: str) -> None:
    change(boto3.client("dynamodb"))
    assert words in the_failure(healthy, "table")


def ttl(on: bool) -> Json:
    return {"Enabled": on, "AttributeName": "expires_at"}


def pitr(on: bool) -> Json:
    return {"PointInTimeRecoveryEnabled": on}


def test_a_table_that_is_not_there(healthy: Patient) -> None:
    boto3.client("dynamodb").update_table(TableName="recur", DeletionProtectionEnabled=False)
    boto3.client("dynamodb").delete_table(TableName="recur")
    assert findings(healthy, "table", Level.FAIL)[0].says.startswith("AWS: ")
    assert findings(healthy, "catalogue", Level.OK)


def test_functions_that_serve_something_else(healthy: Patient, functions: Lambda) -> None:
    functions.serves["a"] = "2"
    assert "a serves version 2 of 3" in the_failure(healthy, "functions")
    functions.weights = {"3": 0.1}
    assert len(findings(healthy, "functions", Level.WARN)) == 2
    functions.weights = {}
    functions.serves["a"], functions.version = "3", "2020-08-27"
    assert "speaks 2020-08-27" in findings(healthy, "functions", Level.FAIL)[0].says
    functions.version, functions.state = healthy.release.api_version, "Inactive"
    assert "is Inactive" in findings(healthy, "functions", Level.FAIL)[0].says
    del functions.serves["b"]
    assert "has no alias live" in findings(healthy, "functions", Level.FAIL)[1].says


def test_reconcile_that_does_not_run(healthy: Patient) -> None:
    jobs.begin("events", {"cursor": int(time.time()) - 7200}, anew=True)
    assert the_failure(healthy, "reconcile") == "is 2 hours behind"
    jobs.begin("events", {"start": int(time.time()) - 60 - OVERLAP, "end": int(time.time()), "batch": 0, "after": ""}, anew=True)
    assert findings(healthy, "reconcile", Level.OK)
