"""Least privilege: each function has a role of its own, which allows named actions on named resources.

That a role is neither too small nor too large for its function is shown by tests/integration/app/test_roles.py.
"""

import json
from collections.abc import Iterator

import pytest

from tests.template.sam_cli import CloudFormation, transform

STRIPE_KEY = "parameter/recur/${Stage}/stripe/secret-key"
WEBHOOK_SECRET = "parameter/recur/${Stage}/stripe/webhook-secret"

CODE_DEPLOY = "CodeDeployServiceRole"
"""Made by SAM."""

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
    others = {pipe["RoleArn"]["Fn::GetAtt"][0] for pipe in cloudformation.of_type("AWS::Pipes::Pipe").values()} | {CODE_DEPLOY}
    assert len(roles) == len({id(role) for role in roles.values()}) == len(cloudformation.of_type(ROLE).keys() - others)


def test_only_lambda_takes_a_functions_role(roles: dict) -> None:
    for name, role in roles.items():
        [trust] = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust == {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}, name


def test_no_action_and_no_resource_is_a_wildcard(cloudformation: CloudFormation) -> None:
    for name, role in cloudformation.of_type(ROLE).items():
        for statement in statements(role):
            assert statement["Effect"] == "Allow", name
            assert not [action for action in listed(statement["Action"]) if "*" in action], name
            assert "*" not in json.dumps(statement["Resource"]), name


def test_with_tracing_they_may_send_traces_too(roles: dict) -> None:
    """The one wildcard there can be: X-Ray's actions know no resources (Service Authorization Reference, "AWS X-Ray")."""
    sending = {"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}
    traced = {name for name, role in transform(Tracing="enabled").of_type(ROLE).items() if sending in statements(role)}
    assert traced == {f"{name.removesuffix('Function')}Role" for name in roles}


def test_nobody_scans_or_drops_the_table(roles: dict) -> None:
    allowed = {f"dynamodb:{name}" for name in ("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")}
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


def test_each_writes_to_the_one_log_group_and_to_no_other(roles: dict) -> None:
    writing = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": {"Fn::GetAtt": ["FunctionLogs", "Arn"]},
    }
    for name, role in roles.items():
        assert [s for s in statements(role) if "logs:" in json.dumps(s["Action"])] == [writing], name


CATALOGUE = {"GetItem catalogue", "PutItem catalogue"}
READS, WRITES = {"GetItem user#*"}, {"GetItem user#*", "UpdateItem user#*"}
MAPS = {"PutItem customer#*"}
EVENTS = WRITES | MAPS | {"DeleteItem user#*", "GetItem customer#*", "DeleteItem customer#*"}

TOUCHES = {
    "PlansFunction": CATALOGUE,
    "CreateCustomerFunction": WRITES | MAPS,
    "CreateCheckoutSessionFunction": WRITES | MAPS | CATALOGUE,
    "CreateSetupSessionFunction": WRITES | MAPS,
    "SettleSessionFunction": WRITES,
    "CreatePreviewInvoiceFunction": READS | CATALOGUE,
    "UpdateSubscriptionFunction": WRITES | CATALOGUE,
    "CancelSubscriptionFunction": WRITES,
    "ResumeSubscriptionFunction": WRITES,
    "PayInvoiceFunction": WRITES,
    "DeleteAccountFunction": WRITES | {"DeleteItem customer#*"},
    "WebhookFunction": EVENTS,
    "ReconcileFunction": EVENTS | {"BatchGetItem user#*", "GetItem job#*", "UpdateItem job#*"},
    "StreamEnrichmentFunction": set(),
}
"""What a function may do in the table, and to which items (billing/state/items.py); who is not named here reads users and no more."""


def test_every_statement_on_the_table_says_which_items(roles: dict) -> None:
    """The condition is of the one kind that the local AWS enforces too: all keys of a request are among these."""
    for name, role in roles.items():
        for statement in statements(role):
            if "dynamodb:" in json.dumps(statement["Action"]):
                [(comparing, compared)] = statement["Condition"].items()
                assert (comparing, list(compared)) == ("ForAllValues:StringLike", ["dynamodb:LeadingKeys"]), name


def test_each_touches_its_own_kind_of_item_alone(roles: dict) -> None:
    touching = {
        name: {
            f"{action.removeprefix('dynamodb:')} {key}"
            for statement in statements(role)
            for action in listed(statement["Action"])
            if action.startswith("dynamodb:")
            for key in statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        }
        for name, role in roles.items()
    }
    assert touching == {name: TOUCHES.get(name, READS) for name in roles}
    assert TOUCHES.keys() <= roles.keys()


def test_what_a_role_may_do_stands_in_the_role(cloudformation: CloudFormation) -> None:
    """Or the tests here would not see it: policies can be resources of their own, which name the roles that they are for."""
    kinds = {resource["Type"] for resource in cloudformation.resources.values() if resource["Type"].startswith("AWS::IAM::")}
    assert kinds == {ROLE}


def test_no_policy_of_awss_own_is_used(cloudformation: CloudFormation) -> None:
    """But by what SAM makes for CodeDeploy, which alone may take it; AWS keeps that policy in step with what a deployment does."""
    managed = {name: role["ManagedPolicyArns"] for name, role in cloudformation.of_type(ROLE).items() if "ManagedPolicyArns" in role}
    assert managed == {CODE_DEPLOY: ["arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"]}
    [trust] = cloudformation.of_type(ROLE)[CODE_DEPLOY]["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Principal"], trust["Action"]) == ({"Service": ["codedeploy.amazonaws.com"]}, ["sts:AssumeRole"])
