"""`doctor`: a healthy deployment passes; each thing that can be wrong is found, named, and told what to do about."""

import errno
import json
import os
import re
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import stripe
from botocore.exceptions import EndpointConnectionError

from billing.reconcile import begin_drift
from billing.reconcile.missed import OVERLAP
from billing.settings import settings
from billing.state import jobs
from ops import settling, stripe_account
from ops.__main__ import parser
from ops.catalog import wanted
from ops.catalog.changes import changes
from ops.doctor import Finding, Level, Patient, aws_side, examine
from ops.parameters import Parameters
from tests.support.memory_table import MemoryTable
from tests.support.permissions import documented
from tests.support.stripe_in_process import InProcessStripe, Transport

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
    scanned(int(time.time()) - 7200)
    used = stripe_account.Deployment("dev", "recur", {"WEBHOOK_URL": "https://hook.test/"}, stack="recur-dev", named="--stage dev")
    return Patient(used, deployed, settings.release)


def scanned(at: int, repaired: int = 0) -> None:
    """A drift scan ended then."""
    job = jobs.take("drift")
    assert job
    job.finish({"begun": at - 60, "compared": 1234, "repaired": repaired, "at": at})
    job.release()


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
        "drift",
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
    assert failure["subject"] == "endpoint"
    assert failure["says"].endswith(" is disabled")
    assert failure["todo"].startswith(".venv/bin/python -m ops webhooks apply   # we_")
    assert failure["todo"].endswith("enabled again")


def test_a_key_that_may_do_anything_is_a_warning(healthy: Patient) -> None:
    healthy.parameters.put("secret-key", "sk_test_local")
    (finding,) = findings(healthy, "keys", Level.WARN)
    assert "restricted" in finding.todo


def test_a_key_that_may_do_too_little(healthy: Patient, account: InProcessStripe) -> None:
    account.api.keys.add("rk_" + "test_narrow", ["event_read", "plan_read", "product_read", "entitlement_read"])
    assert "Customers: Write" in the_failure(healthy, "keys")


def test_a_key_of_the_other_mode_or_none(healthy: Patient) -> None:
    healthy.parameters.put("secret-key", "sk_" + "live_1234567")
    (wrong,) = findings(healthy, "keys", Level.FAIL)
    assert "dev takes test keys only" in wrong.says
    assert wrong.todo == "Store the one of dev: .venv/bin/python -m ops secrets set stripe-key --stage dev"
    healthy.parameters.put("secret-key", "rk_" + "test_unknown")
    (unknown,) = findings(healthy, "keys", Level.FAIL)
    assert unknown.todo == "Store a key that it knows: .venv/bin/python -m ops secrets set stripe-key --stage dev"
    healthy.parameters.delete_all()
    failed = [finding.says for _, finding in examine(healthy) if finding.level is Level.FAIL]
    assert len(failed) == len(set(failed)) == 1, "said once"
    assert "secrets set stripe-key --stage dev" in failed[0]


def test_a_publishable_key_that_would_make_a_secret_public(healthy: Patient) -> None:
    healthy.parameters.put("publishable-key", "sk_" + "test_local")
    assert "is a secret test key" in the_failure(healthy, "keys")


def test_a_stored_secret_that_is_not_the_endpoints(healthy: Patient) -> None:
    healthy.parameters.put("webhook-secret", "whsec_other")
    assert "is not in SSM" in findings(healthy, "endpoint", Level.FAIL)[0].says


def test_an_old_secret(healthy: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parameters, "modified", lambda self, name: time.time() - 400 * DAY)
    (finding,) = findings(healthy, "endpoint", Level.WARN)
    assert (finding.says, finding.todo) == ("its secret was stored 400 days ago", ".venv/bin/python -m ops secrets rotate --stage dev")


def test_what_was_not_delivered(healthy: Patient, account: InProcessStripe) -> None:
    account.world.pending_webhooks = lambda event: 1
    assert "still to be delivered" in findings(healthy, "deliveries", Level.WARN)[0].says
    account.world.pending_webhooks = lambda event: 0
    account.world.delivery_failed = lambda event: True
    assert "were given up" in findings(healthy, "deliveries", Level.WARN)[0].says
    assert findings(healthy, "deliveries", Level.OK)[0].says.startswith("the last event was ")


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
    found = findings(healthy, "table", Level.FAIL)[0]
    assert found.says == "There is no table recur here."
    assert "credentials" not in found.todo
    assert findings(healthy, "catalogue", Level.OK)
    assert findings(healthy, "clocks", Level.OK)


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


def test_a_drift_scan_that_found_something_or_none_of_late(healthy: Patient) -> None:
    (fine,) = findings(healthy, "drift", Level.OK)
    assert fine.says == "the scan of 2 hours ago compared 1,234 subscriptions, and none differed"
    scanned(int(time.time()) - 7200, repaired=3)
    (found,) = findings(healthy, "drift", Level.WARN)
    assert "repaired 3 parts" in found.says
    begin_drift()
    assert "one is under way, at 0 subscriptions" in findings(healthy, "drift", Level.WARN)[0].says
    scanned(int(time.time()) - 3 * DAY)
    assert the_failure(healthy, "drift").startswith("the last scan ended 3 days ago")


def test_no_drift_scan_has_ended(healthy: Patient, table: MemoryTable) -> None:
    del table.items["job#drift"]
    assert "no scan has ended yet" in findings(healthy, "drift", Level.WARN)[0].says
    jobs.begin("drift", {"after": "", "deep": False, "begun": int(time.time()) - 3 * DAY, "compared": 7, "repaired": 0})
    assert the_failure(healthy, "drift") == "no scan has ended; the first was begun 3 days ago; one is under way, at 7 subscriptions"


def test_a_stripe_that_is_silent_is_said_once_and_asked_once(healthy: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def nobody(self: Transport, method: str, url: str, *_: Any, **__: Any) -> Any:
        asked.append(url)
        try:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        except OSError as error:
            raise stripe.APIConnectionError("several\nlines\nof a library", should_retry=False) from error

    monkeypatch.setattr(Transport, "request", nobody)
    bad = [(name, finding) for name, finding in examine(healthy) if finding.level is not Level.OK]
    assert [name for name, _ in bad] == ["keys", "the rest"]
    assert bad[0][1].says == f"Stripe does not answer at {os.environ['STRIPE_API_BASE']}: Connection refused."
    assert bad[1][1].says.endswith("endpoint, deliveries, catalogue, clocks")
    assert len(asked) == 1
    assert [name for name, finding in examine(healthy) if finding.level is Level.OK] == [
        "release",
        "table",
        "functions",
        "reconcile",
        "drift",
    ]


def test_an_aws_that_is_silent_is_said_once(healthy: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://ssm.eu-west-1.amazonaws.com/")

    monkeypatch.setattr(Parameters, "get", nobody)
    bad = [(name, finding) for name, finding in examine(healthy) if finding.level is not Level.OK]
    assert [name for name, _ in bad] == ["keys", "the rest"]
    assert bad[0][1].says.startswith("AWS does not answer at https://ssm.eu-west-1.amazonaws.com/: ")
    assert "credentials" not in bad[0][1].todo


TYPED = re.compile(r"\.venv/bin/python -m ops ((?:[a-z-]+ )*--\S+(?: \w+)*)")


def test_what_is_to_be_typed_is_understood_and_names_the_stage(healthy: Patient, account: InProcessStripe, functions: Lambda) -> None:
    account.post(f"/v1/webhook_endpoints/{account.get('/v1/webhook_endpoints')['data'][0]['id']}", disabled=True)
    account.post(f"/v1/prices/{account.prices['basic_monthly']}", active=False)
    account.world.pending_webhooks = lambda event: 0
    account.world.delivery_failed = lambda event: True
    jobs.begin("events", {"cursor": int(time.time()) - 7200}, anew=True)
    scanned(int(time.time()) - 3 * DAY)
    healthy.parameters.put("secret-key", "sk_test_local")
    healthy.parameters.put("publishable-key", "none")
    todos = [finding.todo for _, finding in examine(healthy) if finding.todo]
    named = [typed for todo in todos for typed in TYPED.findall(todo)]
    assert {" ".join(each.split(" ")[:2]) for each in named} >= {"webhooks apply", "catalog apply", "catalog plan", "secrets set"}
    assert len(named) >= len(todos) >= 7
    for words in named:
        assert parser().parse_args(words.split()).stage == "dev", words
