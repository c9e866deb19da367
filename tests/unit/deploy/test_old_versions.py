"""What `make deploy` deletes of old versions, in moto: none that an alias names, and never the last two before it."""

import json
import os
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import boto3
import pytest
from moto import mock_aws

from ops.deploy import versions
from ops.deploy.target import Target

REGION = "eu-west-1"
STACK = {
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
                }
            },
        },
        **{
            name: {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": f"recur-dev-{name}",
                    "Runtime": "python3.13",
                    "Handler": "index.handler",
                    "Code": {"ZipFile": "first"},
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                },
            }
            for name in ("Webhook", "Account")
        },
    }
}


class Cloud:
    def __init__(self) -> None:
        session = boto3.Session(region_name=REGION)
        self.target = Target("dev")
        self.target.__dict__.update(session=session)
        self.client: Any = self.target.client("lambda")
        self.target.client("cloudformation").create_stack(StackName="recur-dev", TemplateBody=json.dumps(STACK))

    def publish(self, function: str, number: int) -> None:
        """So many more versions. Only other code makes one."""
        for step in range(number):
            content = BytesIO()
            with ZipFile(content, "w") as archive:
                archive.writestr("index.py", f"{function} {step} {len(self.there(function))}")
            self.client.update_function_code(FunctionName=function, ZipFile=content.getvalue())
            self.client.publish_version(FunctionName=function)

    def alias(self, function: str, name: str, version: int, **weights: float) -> None:
        routing = {"AdditionalVersionWeights": {key.removeprefix("v"): value for key, value in weights.items()}} if weights else {}
        self.client.create_alias(FunctionName=function, Name=name, FunctionVersion=str(version), RoutingConfig=routing)

    def there(self, function: str) -> list[str]:
        return [each["Version"] for each in self.client.list_versions_by_function(FunctionName=function)["Versions"]]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    with mock_aws():
        yield Cloud()


def test_all_but_the_one_that_is_called_and_the_two_before_it(cloud: Cloud) -> None:
    for function in ("recur-dev-Webhook", "recur-dev-Account"):
        cloud.publish(function, 6)
        cloud.alias(function, "live", 6)
    assert versions.preview(cloud.target) == ["delete 6 old versions of functions, or some more"]
    assert versions.tidy(cloud.target) == ["6 old versions of functions deleted"]
    for function in ("recur-dev-Webhook", "recur-dev-Account"):
        assert cloud.there(function) == ["$LATEST", "4", "5", "6"]
    assert versions.tidy(cloud.target) == []


def test_what_any_alias_names_stays_also_with_a_weight(cloud: Cloud) -> None:
    cloud.publish("recur-dev-Webhook", 7)
    cloud.alias("recur-dev-Webhook", "live", 7, v2=0.1)
    cloud.alias("recur-dev-Webhook", "kept", 1)
    versions.tidy(cloud.target)
    assert cloud.there("recur-dev-Webhook") == ["$LATEST", "1", "2", "5", "6", "7"]


def test_what_is_newer_than_what_is_called_is_left_to_the_next_deployment(cloud: Cloud) -> None:
    """After a roll back, or while another deployment is on its way."""
    cloud.publish("recur-dev-Webhook", 6)
    cloud.alias("recur-dev-Webhook", "live", 4)
    versions.tidy(cloud.target)
    assert cloud.there("recur-dev-Webhook") == ["$LATEST", "2", "3", "4", "5", "6"]


def test_without_an_alias_nobody_knows_what_is_called(cloud: Cloud) -> None:
    cloud.publish("recur-dev-Webhook", 4)
    assert versions.tidy(cloud.target) == []
    assert cloud.there("recur-dev-Webhook") == ["$LATEST", "1", "2", "3", "4"]


def test_functions_of_others_are_not_looked_at(cloud: Cloud) -> None:
    role = boto3.client("iam", region_name=REGION).list_roles()["Roles"][0]["Arn"]
    code: Any = {"ZipFile": b"theirs"}
    cloud.client.create_function(FunctionName="theirs", Runtime="python3.13", Handler="a.b", Role=role, Code=code)
    cloud.publish("theirs", 5)
    cloud.alias("theirs", "live", 5)
    assert versions.tidy(cloud.target) == []


def test_every_page_is_read(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto shows all at once; Lambda shows fifty."""
    cloud.publish("recur-dev-Webhook", 6)
    cloud.alias("recur-dev-Webhook", "live", 6)

    class InPages:
        def __init__(self, operation: str) -> None:
            self.operation = operation

        def paginate(self, **arguments: str) -> Iterator[dict[str, Any]]:
            answer = getattr(cloud.client, self.operation)(**arguments)
            name = "Versions" if "Versions" in answer else "Aliases"
            yield {name: []}
            yield from ({name: [each]} for each in answer[name])

    monkeypatch.setattr(cloud.client, "get_paginator", InPages)
    assert versions.tidy(cloud.target) == ["3 old versions of functions deleted"]


def test_another_deployment_deletes_them_too(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.publish("recur-dev-Webhook", 5)
    cloud.alias("recur-dev-Webhook", "live", 5)
    refusals = iter([cloud.client.exceptions.ResourceNotFoundException, cloud.client.exceptions.ResourceConflictException])

    def refused(**_: str) -> None:
        raise next(refusals)({"Error": {"Code": "", "Message": ""}}, "DeleteFunction")

    monkeypatch.setattr(cloud.client, "delete_function", refused)
    assert versions.tidy(cloud.target) == []
    assert next(refusals, None) is None
