"""What a function's role allows, as the local AWS reads and applies it."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from local.aws.roles import Call, Roles
from local.template import Template, TemplateError
from local.template.model import Grant

STATEMENT = "{ Effect: Allow, Action: [dynamodb:GetItem], Resource: arn:aws:dynamodb:us-east-1:0:table/t }"


@pytest.fixture
def read(tmp_path: Path):
    (tmp_path / "code").mkdir()

    def read_roles(statement: str) -> dict[str, tuple[Grant, ...]]:
        (tmp_path / "template.yaml").write_text(
            dedent(
                """
                Resources:
                  Reader:
                    Type: AWS::Serverless::Function
                    Properties: &Function { Runtime: python3.13, Handler: code.handler, CodeUri: code, Role: !GetAtt ReaderRole.Arn }
                  Free:
                    Type: AWS::Serverless::Function
                    Properties: { <<: *Function, Role: "arn:aws:iam::0:role/of-another-stack" }
                  ReaderRole:
                    Type: AWS::IAM::Role
                    Properties:
                      Policies: [{ PolicyName: table, PolicyDocument: { Statement: [STATEMENT] } }]
                """.replace("STATEMENT", statement)
            )
        )
        return Template.read(tmp_path / "template.yaml").roles

    return read_roles


def test_a_role_is_read_and_a_role_from_elsewhere_is_not_known(read: Any) -> None:
    assert read(STATEMENT) == {"Reader": (Grant(("dynamodb:GetItem",), ("arn:aws:dynamodb:us-east-1:0:table/t",), ()),)}


def test_keys_are_read(read: Any) -> None:
    keys = "Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['user#*'] } }"
    assert read(STATEMENT.replace(" }", f", {keys} }}"))["Reader"][0].keys == ("user#*",)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (STATEMENT.replace("Effect: Allow", "Effect: Deny"), "ReaderRole.Properties.Policies: Effect Deny does not run locally"),
        (STATEMENT.replace(" }", ", Condition: { Bool: { 'aws:SecureTransport': 'true' } } }"), "only a condition ForAllValues:StringLike"),
    ],
)
def test_what_is_not_understood_is_said(read: Any, statement: str, why: str) -> None:
    with pytest.raises(TemplateError, match=why):
        read(statement)


@pytest.mark.parametrize(
    ("call", "refused"),
    [
        (Call("Webhook", "dynamodb:GetItem", "table/t", ("user#1",)), False),
        (Call("Webhook", "dynamodb:GetItem", "table/t", ("job#events",)), True),
        (Call("Webhook", "dynamodb:GetItem", "table/t", ("user#1", "user#2")), False),
        (Call("Webhook", "dynamodb:GetItem", "table/t", ("user#1", "job#events")), True),
        (Call("Webhook", "dynamodb:PutItem", "table/t", ("user#1",)), True),
        (Call("Webhook", "dynamodb:GetItem", "table/other", ("user#1",)), True),
        (Call("Webhook", "dynamodb:TransactWriteItems", "", ()), True),
        (Call("", "dynamodb:Scan", "table/t", ()), False),
        (Call("local", "dynamodb:Scan", "table/t", ()), False),
    ],
)
def test_functions_are_held_to_their_roles_and_nobody_else_is(call: Call, refused: bool) -> None:
    roles = Roles()
    grant = {"actions": ["dynamodb:GetItem"], "resources": ["arn:aws:dynamodb:us-east-1:0:table/t"], "keys": ["user#*"]}
    roles.learn({"Webhook": [grant]})
    refusal = roles.refusal(call)
    assert bool(refusal) is refused
    assert not refused or f"{call.caller} is not authorized to perform: {call.action}" in str(refusal)
