"""`make destroy`: what a deployment made goes, and what people left there stays."""

import sys
from typing import Any

import pytest

from ops import __main__ as ops
from ops.deploy import target as targets
from ops.deploy.steps import DEPLOY, DESTROY, perform
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target
from tests.integration.deploy.cloud import REGION, Cloud, Died, watched

TABLE = "recur-dev-Table-1"


def destroying(cloud: Cloud, **options: Any) -> Target:
    return cloud.target(keys=False, command="destroy", **options)


def deploy(cloud: Cloud) -> None:
    """All but the smoke check."""
    perform(DEPLOY[:-1], cloud.target())


def tables(cloud: Cloud) -> list[str]:
    return cloud.observer.client("dynamodb").list_tables()["TableNames"]


def test_only_the_endpoint_goes_in_stripe(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    deploy(cloud)
    customer = cloud.stripe.v1.customers.create({"email": "ada@example.com", "metadata": {"app": "recur", "stage": "dev"}})
    foreign = cloud.stripe.v1.webhook_endpoints.create({"url": "https://shop.example/", "enabled_events": ["*"]})
    changed: list[str] = []
    with watched(changed.append):
        perform(DESTROY, destroying(cloud))
    assert [each.partition("/we_")[0] for each in changed if each.isupper() or " " in each] == ["DELETE webhook_endpoints"]
    assert [each["id"] for each in cloud.endpoints()] == [foreign.id]
    assert cloud.stripe.v1.customers.retrieve(customer.id).email == "ada@example.com"
    assert cloud.target().stack is None
    assert cloud.target().parameters.there() == []
    assert tables(cloud) == [TABLE]
    said = capsys.readouterr().out
    assert f"keeps the table {TABLE}" in said
    assert f"keeps the user pool {REGION}_pool" in said
    assert "keeps what deployments uploaded, recur-dev/ in sam's own bucket" in said


def test_the_bucket_is_empty_before_the_stack_goes(cloud: Cloud) -> None:
    deploy(cloud)
    target = cloud.target()
    s3, bucket = target.client("s3"), target.output("SiteBucketName")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="index.html", Body=b"newer")
    s3.delete_object(Bucket=bucket, Key="404.html")
    left: list[Any] = []

    def at(operation: str) -> None:
        if operation == "DeleteStack":
            listed = s3.list_object_versions(Bucket=bucket)
            left.extend([*listed.get("Versions", []), *listed.get("DeleteMarkers", [])])

    with watched(at):
        perform(DESTROY, destroying(cloud))
    assert left == []


def test_the_table_goes_when_its_name_is_typed(cloud: Cloud) -> None:
    deploy(cloud)
    for wrong in ("recur-prod-Table-1", "users", "recur-dev-Table-2"):
        with pytest.raises(Stopped, match="is not the table of dev"):
            perform(DESTROY, destroying(cloud, delete_table=wrong))
    assert cloud.target().stack
    perform(DESTROY, destroying(cloud, delete_table=TABLE))
    assert tables(cloud) == []


@pytest.mark.slow
@pytest.mark.parametrize("table", ["", TABLE], ids=["table-kept", "table-deleted"])
def test_whoever_died_at_any_change_is_mended_by_the_next(cloud: Cloud, table: str) -> None:
    for last in range(6):
        deploy(cloud)
        count = iter(range(100))

        def dying(operation: str, count: Any = count, last: int = last) -> None:
            if next(count) == last:
                raise Died(operation)

        try:
            with watched(dying):
                perform(DESTROY, destroying(cloud, delete_table=table))
        except Died:
            perform(DESTROY, destroying(cloud, delete_table=table))
        assert (cloud.endpoints(), cloud.target().stack, cloud.target().parameters.there()) == ([], None, [])
        assert tables(cloud) == ([] if table else [TABLE])
        if table:
            cloud.make_table()


@pytest.mark.parametrize(
    "key", ["sk_test_rolled", "rk_test_narrow", "sk_" + "live_x" + "1" * 20], ids=["unknown", "narrow", "of-another-mode"]
)
def test_a_stored_key_that_stripe_does_not_take_has_two_ways_out(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    deploy(cloud)
    cloud.control("keys", {"key": "rk_test_narrow", "scopes": ["plan_read"]})
    cloud.target().parameters.put("secret-key", key)
    for dry in (False, True):
        with pytest.raises(Stopped, match=r"does not let the stored key \(/recur/dev/stripe/secret-key\)") as stopped:
            perform(DESTROY, destroying(cloud), dry=dry)
        assert ".venv/bin/python -m ops secrets set stripe-key --stage dev, then make destroy STAGE=dev." in str(stopped.value)
        assert "make destroy STAGE=dev ARGS=--leave-endpoint, and delete it yourself: in Stripe's Dashboard" in str(stopped.value)
        assert key not in str(stopped.value)
    assert cloud.target().stack
    capsys.readouterr()
    monkeypatch.setattr(targets, "ROOT", cloud.project)
    monkeypatch.setattr(sys, "argv", ["ops", "destroy", "--stage", "dev", "--leave-endpoint"])
    assert ops.main() == 0
    assert f"Webhooks, the one at {cloud.local.webhook_url}\n" in capsys.readouterr().out
    assert (cloud.target().stack, cloud.target().parameters.there()) == (None, [])
    assert len(cloud.endpoints()) == 1


def test_the_key_that_deploys_is_the_one_to_replace(cloud: Cloud) -> None:
    deploy(cloud)
    cloud.target().parameters.put("deploy-key", "rk_test_gone")
    with pytest.raises(Stopped, match="ops secrets set deploy-key --stage dev"):
        perform(DESTROY, destroying(cloud))


def test_again_there_is_nothing_to_do(cloud: Cloud) -> None:
    deploy(cloud)
    perform(DESTROY, destroying(cloud))
    changed: list[str] = []
    with watched(changed.append):
        perform(DESTROY, destroying(cloud))
    assert changed == ["DeleteParameters"]


def test_after_it_a_deployment_begins_anew(cloud: Cloud) -> None:
    deploy(cloud)
    before = cloud.state()
    perform(DESTROY, destroying(cloud))
    deploy(cloud)
    assert cloud.state() == before


def test_a_dry_run_changes_nothing(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    deploy(cloud)
    capsys.readouterr()
    changed: list[str] = []
    with watched(changed.append):
        perform(DESTROY, destroying(cloud, delete_table=TABLE), dry=True)
    assert changed == []
    said = capsys.readouterr().out
    for words in ("delete we_", "remove 6 objects", "delete recur-dev", f"delete {TABLE}", "delete /recur/dev/stripe/secret-key"):
        assert words in said


def test_a_protected_stack_stays(cloud: Cloud) -> None:
    target = destroying(cloud)
    target.__dict__["stack"] = {"StackName": "recur-dev", "StackStatus": "UPDATE_COMPLETE", "EnableTerminationProtection": True}
    with pytest.raises(Stopped, match=r"Edit termination protection\. Then make destroy STAGE=dev"):
        perform(DESTROY, target)


@pytest.mark.parametrize("given", [[], ["--confirm", "recur-dev"], ["--confirm", "yes"]])
def test_production_goes_only_when_its_name_is_typed(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: list[str]
) -> None:
    monkeypatch.setattr(targets, "ROOT", cloud.project)
    monkeypatch.setattr(sys, "argv", ["ops", "destroy", "--stage", "prod", *given])
    changed: list[str] = []
    with watched(changed.append):
        assert ops.main() == 1
    assert changed == []
    assert capsys.readouterr().err == "Nothing was done. To destroy recur-prod: make destroy STAGE=prod CONFIRM=recur-prod\n"
