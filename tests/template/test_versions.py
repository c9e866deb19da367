"""Aliases always lead to what was deployed: whatever changes, every function publishes a version.

SAM alone looks at a function's code, environment and memory (aws/serverless-application-model#3610): with another layer, or another
value of a parameter, its alias would keep the old code. The parameter Release, a hash that `make deploy` computes, takes that place.
"""

import hashlib
import json
from pathlib import Path

import pytest

from tests.template.sam_cli import TEMPLATE, CloudFormation, transform

LAYER_BEFORE, LAYER_AFTER = "s3://bucket/layer-before", "s3://bucket/layer-after"


def release(text: str, parameters: dict[str, str]) -> str:
    """Any hash over all that is deployed will do; that of `make deploy` has tests of its own."""
    return hashlib.sha256(json.dumps([text, parameters], sort_keys=True).encode()).hexdigest()


def packaged(layer: str = LAYER_BEFORE, environment: str = "recur") -> str:
    """The template as `sam package` leaves it: the layer's place in S3 is named by its content."""
    text = TEMPLATE.read_text().replace("ContentUri: layers/billing", f"ContentUri: {layer}")
    return text.replace("POWERTOOLS_SERVICE_NAME: recur", f"POWERTOOLS_SERVICE_NAME: {environment}")


def versions(folder: Path, text: str, parameters: dict[str, str], *, with_release: bool = True) -> dict[str, str]:
    """Logical ids of the versions by function."""
    path = folder / "template.yaml"
    path.write_text(text)
    hashed = {"Release": release(text, parameters)} if with_release else {}
    return versions_of(transform(path, **parameters, **hashed))


def versions_of(cloudformation: CloudFormation) -> dict[str, str]:
    return {version["FunctionName"]["Ref"]: name for name, version in cloudformation.of_type("AWS::Lambda::Version").items()}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return versions(tmp_path_factory.mktemp("before"), packaged(), {})


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        pytest.param(packaged(layer=LAYER_AFTER), {}, id="only the layer"),
        pytest.param(packaged(), {"PastDueGraceDays": "7"}, id="only a parameter"),
        pytest.param(packaged(environment="other"), {}, id="only the environment"),
    ],
)
def test_each_change_publishes_every_function(text: str, parameters: dict[str, str], before: dict[str, str], tmp_path: Path) -> None:
    assert text != packaged() or parameters
    after = versions(tmp_path, text, parameters)
    assert after.keys() == before.keys()
    assert set(after.values()).isdisjoint(before.values())


def test_without_a_change_nothing_is_published(before: dict[str, str], tmp_path: Path) -> None:
    assert versions(tmp_path, packaged(), {}) == before


def test_sam_alone_would_miss_another_layer(tmp_path: Path) -> None:
    """Why there is a parameter Release. When this fails, SAM has learnt it."""
    first = versions(tmp_path, packaged(), {}, with_release=False)
    assert versions(tmp_path, packaged(layer=LAYER_AFTER), {}, with_release=False) == first


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
