"""Least privilege: each function has a role of its own, which allows named actions on named resources."""

import json
from collections.abc import Iterator

import pytest

from tests.template.sam_cli import CloudFormation

STRIPE_KEY = "parameter/recur/${Stage}/stripe/secret-key"
WEBHOOK_SECRET = "parameter/recur/${Stage}/stripe/webhook-secret"

FUNCTION, ROLE = "AWS::Lambda::Function", "AWS::IAM::Role"


def statements(role: dict) -> Iterator[dict]:
    for policy in role.get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]


def listed(value: object) -> list:
    return value if isinstance(value, list) else [value]


@pytest.fixture
def roles(cloudformation: CloudFormation) -> dict[str, dict]:
    """The role's properties by the function's logical id."""
    all_roles = cloudformation.of_type(ROLE)
    return {name: all_roles[function["Role"]["Fn::GetAtt"][0]] for name, function in cloudformation.of_type(FUNCTION).items()}


def test_no_two_functions_share_a_role(cloudformation: CloudFormation, roles: dict) -> None:
    others = {pipe["RoleArn"]["Fn::GetAtt"][0] for pipe in cloudformation.of_type("AWS::Pipes::Pipe").values()}
    assert len(roles) == len({id(role) for role in roles.values()}) == len(cloudformation.of_type(ROLE).keys() - others)


def test_no_action_and_no_resource_is_a_wildcard(roles: dict) -> None:
    for name, role in roles.items():
        for statement in statements(role):
            assert statement["Effect"] == "Allow", name
            assert not [action for action in listed(statement["Action"]) if "*" in action], name
            assert "*" not in json.dumps(statement["Resource"]), name


def test_nobody_scans_or_drops_the_table(roles: dict) -> None:
    allowed = {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query"}
    for name, role in roles.items():
        for statement in statements(role):
            on_table = {action for action in listed(statement["Action"]) if action.startswith("dynamodb:")}
            assert on_table <= allowed, name
            assert not on_table or listed(statement["Resource"]) == [{"Fn::GetAtt": ["Table", "Arn"]}], name


def test_logins_are_deleted_by_one_function_alone(roles: dict) -> None:
    deleting = {name: [s for s in statements(role) if "cognito-idp" in json.dumps(s["Action"])] for name, role in roles.items()}
    assert {name: found for name, found in deleting.items() if found} == {
        "DeleteAccountFunction": [
            {"Effect": "Allow", "Action": "cognito-idp:AdminDeleteUser", "Resource": {"Fn::GetAtt": ["UserPool", "Arn"]}}
        ]
    }


def test_items_are_removed_only_where_customers_are_forgotten(roles: dict) -> None:
    removing = {name for name, role in roles.items() for s in statements(role) if "dynamodb:DeleteItem" in listed(s["Action"])}
    assert removing == {"DeleteAccountFunction", "WebhookFunction", "ReconcileFunction"}


def test_each_secret_is_read_by_reference_and_only_where_it_is_needed(cloudformation: CloudFormation, roles: dict) -> None:
    functions = cloudformation.of_type(FUNCTION)
    for name, role in roles.items():
        read = [json.dumps(s["Resource"]) for s in statements(role) if "ssm:GetParameter" in listed(s["Action"])]
        assert any(WEBHOOK_SECRET in resource for resource in read) == (name == "WebhookFunction")
        assert all(STRIPE_KEY in resource or WEBHOOK_SECRET in resource for resource in read), name
        values = json.dumps(functions[name]["Environment"]["Variables"])
        assert not [marker for marker in ("sk_", "rk_", "whsec_", "resolve:ssm", "resolve:secretsmanager") if marker in values], name


def test_only_logging_comes_from_a_policy_of_aws(roles: dict) -> None:
    managed = {arn for role in roles.values() for arn in role.get("ManagedPolicyArns", [])}
    assert managed <= {f"arn:aws:iam::aws:policy/{name}" for name in ("service-role/AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess")}
