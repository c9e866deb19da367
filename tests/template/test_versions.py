"""Aliases always lead to what was deployed: whatever changes, every function publishes a version.

SAM alone looks at a function's code, environment and memory (aws/serverless-application-model#3610): with another layer, or another
value of a parameter, its alias would keep the old code. The parameter Release, a hash that `make deploy` computes, takes that place.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ops.deploy.release_hash import release_hash
from tests.template.sam_cli import TEMPLATE, CloudFormation, transform


def versions(
    build: Path, parameters: Mapping[str, str] | None = None, *, layer: str = "before", service: str = "recur", hashed: bool = True
) -> dict[str, str]:
    """Logical ids of the versions by function, as `make deploy` would have them of a build with this layer and this environment."""
    given = dict(parameters or {})
    (build / "BillingLayer").mkdir(parents=True)
    (build / "BillingLayer" / "billing.py").write_text(layer)
    template = build / "template.yaml"
    # As `sam package` leaves it: the layer's place in S3 is named by its content.
    text = TEMPLATE.read_text().replace("ContentUri: layers/billing", f"ContentUri: s3://bucket/{layer}")
    template.write_text(text.replace("POWERTOOLS_SERVICE_NAME: recur", f"POWERTOOLS_SERVICE_NAME: {service}"))
    if hashed:
        given["Release"] = release_hash(build, given)
    return versions_of(transform(template, **given))


def versions_of(cloudformation: CloudFormation) -> dict[str, str]:
    return {version["FunctionName"]["Ref"]: name for name, version in cloudformation.of_type("AWS::Lambda::Version").items()}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return versions(tmp_path_factory.mktemp("before"))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"layer": "after"}, id="only the layer"),
        pytest.param({"parameters": {"PastDueGraceDays": "7"}}, id="only a parameter"),
        pytest.param({"service": "other"}, id="only the environment"),
    ],
)
def test_each_change_publishes_every_function(change: dict, before: dict[str, str], tmp_path: Path) -> None:
    after = versions(tmp_path, **change)
    assert after.keys() == before.keys()
    assert set(after.values()).isdisjoint(before.values())


def test_without_a_change_nothing_is_published(before: dict[str, str], tmp_path: Path) -> None:
    assert versions(tmp_path) == before


def test_sam_alone_would_miss_another_layer_and_a_parameter(tmp_path: Path) -> None:
    """Why there is a parameter Release. When this fails, SAM has learnt it."""
    first = versions(tmp_path / "1", hashed=False)
    assert versions(tmp_path / "2", layer="after", hashed=False) == first
    assert versions(tmp_path / "3", {"LogRetentionDays": "7"}, hashed=False) == first


def test_cloudformation_keeps_old_versions_and_does_not_miss_them(cloudformation: CloudFormation) -> None:
    """Why `make deploy` deletes them, and why it may (ops/deploy/versions.py): a template names one of each function, to be retained."""
    found = {name: resource for name, resource in cloudformation.resources.items() if resource["Type"] == "AWS::Lambda::Version"}
    assert {resource["DeletionPolicy"] for resource in found.values()} == {"Retain"}
    functions = [resource["Properties"]["FunctionName"]["Ref"] for resource in found.values()]
    assert sorted(functions) == sorted(cloudformation.of_type("AWS::Lambda::Function"))


def test_lambda_takes_the_new_version_for_another(cloudformation: CloudFormation) -> None:
    """Lambda publishes nothing when neither code nor configuration differ from the version before: the description does.

    Source: Lambda developer guide, "Manage Lambda function versions".
    """
    hashed = transform(Release="a" * 64)
    assert {function["Description"] for function in hashed.of_type("AWS::Lambda::Function").values()} == {"a" * 64}


def test_every_function_is_called_by_its_alias(cloudformation: CloudFormation) -> None:
    functions = cloudformation.of_type("AWS::Lambda::Function").keys()
    aliases = {alias["FunctionName"]["Ref"]: (name, alias) for name, alias in cloudformation.of_type("AWS::Lambda::Alias").items()}
    published = versions_of(cloudformation)
    assert aliases.keys() == published.keys() == functions
    for function, (name, alias) in aliases.items():
        assert (name, alias["Name"]) == (f"{function}Aliaslive", "live")
        assert alias["FunctionVersion"] == {"Fn::GetAtt": [published[function], "Version"]}


def test_whoever_calls_a_function_calls_its_alias(cloudformation: CloudFormation) -> None:
    """Routes, schedules, the Pipe and Stripe; and each may call just that."""
    aliases = {f"{name}Aliaslive" for name in cloudformation.of_type("AWS::Lambda::Function")}
    paths = cloudformation.of_type("AWS::ApiGatewayV2::Api")["Api"]["Body"]["paths"]
    uris = [operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"] for methods in paths.values() for operation in methods.values()]
    assert uris
    assert all(any(f"functions/${{{alias}}}/invocations" in uri for alias in aliases) for uri in uris)
    targets = [target["Arn"]["Ref"] for rule in cloudformation.of_type("AWS::Events::Rule").values() for target in rule["Targets"]]
    [pipe] = cloudformation.of_type("AWS::Pipes::Pipe").values()
    [url] = cloudformation.of_type("AWS::Lambda::Url").values()
    grants = [grant["FunctionName"]["Ref"] for grant in cloudformation.of_type("AWS::Lambda::Permission").values()]
    assert targets
    assert {*targets, pipe["Enrichment"]["Ref"], url["TargetFunctionArn"]["Ref"], *grants} <= aliases
    assert {*grants, pipe["Enrichment"]["Ref"]} == aliases
