"""Makes the template's tables, user pools, clients and parameters in moto, and tells the template what they are called.

CloudFormation's property names are the API's but for a few; those few are translated here.
"""

from typing import Any

from local.aws.client import AwsClient
from local.template import Resource, Template, TemplateError
from local.template.names import physical_name

_TABLE_AS_IS = {
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "TableClass",
    "TableName",
    "Tags",
}
_TABLE_TRANSLATED = {"PointInTimeRecoverySpecification", "SSESpecification", "StreamSpecification", "TimeToLiveSpecification"}
_TABLE_WITHOUT_EFFECT = {"ContributorInsightsSpecification", "WarmThroughput"}


def provision(template: Template, aws: AwsClient) -> None:
    """Everything the template has of these, in the order in which they may refer to each other."""
    for table in template.tables:
        _table(template, aws, table)
    for pool in template.user_pools:
        _user_pool(template, aws, pool)
    for client in template.user_pool_clients:
        _user_pool_client(template, aws, client)
    for parameter in template.ssm_parameters:
        wanted = {key: value for key, value in parameter.properties.items() if key in ("Name", "Type", "Value", "Description")}
        aws.call("ssm", "PutParameter", Overwrite=True, **wanted)
        template.provide(parameter.logical_id, wanted["Name"], Type=wanted["Type"], Value=wanted["Value"])


def put_secret(aws: AwsClient, name: str, value: str) -> None:
    """A SecureString parameter, as an operator would have put it."""
    aws.call("ssm", "PutParameter", Name=name, Value=value, Type="SecureString", Overwrite=True)


def _table(template: Template, aws: AwsClient, table: Resource) -> None:
    given = table.properties
    if unknown := set(given) - _TABLE_AS_IS - _TABLE_TRANSLATED - _TABLE_WITHOUT_EFFECT:
        place = f"{table.logical_id}.Properties.{sorted(unknown)[0]}"
        raise TemplateError(f"{place}: not something the local stack gives a table", file=template.path)
    request: dict[str, Any] = {key: value for key, value in given.items() if key in _TABLE_AS_IS}
    request.setdefault("TableName", physical_name(table.logical_id))
    request.setdefault("BillingMode", "PROVISIONED")
    if "StreamSpecification" in given:
        view = given["StreamSpecification"]["StreamViewType"]
        request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
    if "SSESpecification" in given:
        request["SSESpecification"] = {"Enabled": given["SSESpecification"]["SSEEnabled"]}
    made = aws.call("dynamodb", "CreateTable", **request)["TableDescription"]
    name = made["TableName"]
    if "TimeToLiveSpecification" in given:
        aws.call("dynamodb", "UpdateTimeToLive", TableName=name, TimeToLiveSpecification=given["TimeToLiveSpecification"])
    if "PointInTimeRecoverySpecification" in given:
        recovery = given["PointInTimeRecoverySpecification"]
        aws.call("dynamodb", "UpdateContinuousBackups", TableName=name, PointInTimeRecoverySpecification=recovery)
    attributes = {"Arn": made["TableArn"]}
    if "LatestStreamArn" in made:
        attributes["StreamArn"] = made["LatestStreamArn"]
    template.provide(table.logical_id, name, **attributes)


def _user_pool(template: Template, aws: AwsClient, pool: Resource) -> None:
    request = dict(pool.properties)
    request["PoolName"] = request.pop("UserPoolName", physical_name(pool.logical_id))
    if "EnabledMfas" in request:
        raise TemplateError(f"{pool.logical_id}.Properties.EnabledMfas: the local stack has no MFA", file=template.path)
    made = aws.call("cognito-idp", "CreateUserPool", **request)["UserPool"]
    provider = f"cognito-idp.us-east-1.amazonaws.com/{made['Id']}"
    template.provide(
        pool.logical_id, made["Id"], Arn=made["Arn"], UserPoolId=made["Id"], ProviderName=provider, ProviderURL=f"https://{provider}"
    )


def _user_pool_client(template: Template, aws: AwsClient, client: Resource) -> None:
    request = dict(client.properties)
    request.setdefault("ClientName", physical_name(client.logical_id))
    made = aws.call("cognito-idp", "CreateUserPoolClient", **request)["UserPoolClient"]
    template.provide(client.logical_id, made["ClientId"], ClientId=made["ClientId"], Name=made["ClientName"])
