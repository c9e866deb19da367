"""What is kept, and how: the table, the users, and the processor that code runs on."""

import pytest

from tests.template.sam_cli import CloudFormation, transform


def kept(cloudformation: CloudFormation, resource: str) -> bool:
    """When its stack goes and when another takes its place; not when the very deployment that made it is rolled back, empty."""
    policies = [cloudformation.resources[resource][policy] for policy in ("DeletionPolicy", "UpdateReplacePolicy")]
    return policies == ["RetainExceptOnCreate", "Retain"]


def test_the_table_is_billed_by_use_recoverable_encrypted_and_outlives_the_stack(cloudformation: CloudFormation) -> None:
    (table,) = cloudformation.of_type("AWS::DynamoDB::Table").values()
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert kept(cloudformation, "Table")


@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_where_users_are_nobody_deletes_them_by_accident(stage: str, cloudformation: CloudFormation) -> None:
    kept, free = transform(Stage=stage), cloudformation
    assert [state.of_type("AWS::DynamoDB::Table")["Table"]["DeletionProtectionEnabled"] for state in (kept, free)] == [True, False]
    assert [state.of_type("AWS::Cognito::UserPool")["UserPool"]["DeletionProtection"] for state in (kept, free)] == ["ACTIVE", "INACTIVE"]


def test_what_is_to_be_forgotten_expires(cloudformation: CloudFormation) -> None:
    (table,) = cloudformation.of_type("AWS::DynamoDB::Table").values()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_users_outlive_the_stack(cloudformation: CloudFormation) -> None:
    assert kept(cloudformation, "UserPool")


def test_tokens_live_a_quarter_of_an_hour_at_most(cloudformation: CloudFormation) -> None:
    (client,) = cloudformation.of_type("AWS::Cognito::UserPoolClient").values()
    units = client["TokenValidityUnits"]
    assert (units["IdToken"], units["AccessToken"]) == ("minutes", "minutes")
    assert max(client["IdTokenValidity"], client["AccessTokenValidity"]) <= 15
    assert client["GenerateSecret"] is False


def test_a_sign_in_lasts_a_month_at_most_and_can_be_ended(cloudformation: CloudFormation) -> None:
    (client,) = cloudformation.of_type("AWS::Cognito::UserPoolClient").values()
    assert client["TokenValidityUnits"]["RefreshToken"] == "days"
    assert client["RefreshTokenValidity"] <= 30
    assert client["EnableTokenRevocation"] is True


def test_nobody_learns_from_cognito_who_has_an_account(cloudformation: CloudFormation) -> None:
    (client,) = cloudformation.of_type("AWS::Cognito::UserPoolClient").values()
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_a_changed_address_counts_once_it_is_confirmed(cloudformation: CloudFormation) -> None:
    (pool,) = cloudformation.of_type("AWS::Cognito::UserPool").values()
    assert pool["UserAttributeUpdateSettings"] == {"AttributesRequireVerificationBeforeUpdate": pool["AutoVerifiedAttributes"]}


def test_a_password_is_long(cloudformation: CloudFormation) -> None:
    """Length, and no rules on what it is of: NIST SP 800-63B, section 5.1.1.2."""
    (pool,) = cloudformation.of_type("AWS::Cognito::UserPool").values()
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 10


def test_functions_and_layer_follow_the_architecture_parameter(cloudformation: CloudFormation) -> None:
    functions = cloudformation.of_type("AWS::Lambda::Function").values()
    (layer,) = cloudformation.of_type("AWS::Lambda::LayerVersion").values()
    assert {str(function["Architectures"]) for function in functions} == {str([{"Ref": "Architecture"}])}
    assert layer["CompatibleArchitectures"] == [{"Ref": "Architecture"}]
    assert {function["Runtime"] for function in functions} | set(layer["CompatibleRuntimes"]) == {"python3.13"}
