"""DynamoDB and SSM as the template describes them, and atomic, which moto alone is not."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.stack import LocalStack

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

TABLE = "recur-local-Table"
PARALLEL = 50


@pytest.fixture(scope="module")
def dynamodb(stack: LocalStack) -> "DynamoDBClient":
    return client(stack, "dynamodb")


def client(stack: LocalStack, service: Any) -> Any:
    return boto3.client(service, endpoint_url=stack.aws_url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


def test_the_table_is_the_templates(dynamodb: "DynamoDBClient") -> None:
    table = dynamodb.describe_table(TableName=TABLE)["Table"]
    assert [(key["AttributeName"], key["KeyType"]) for key in table.get("KeySchema", [])] == [("pk", "HASH")]
    assert table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"
    assert [index.get("IndexName") for index in table.get("GlobalSecondaryIndexes", [])] == ["by-owner"]
    assert table.get("StreamSpecification") == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    expiry = dynamodb.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    assert (expiry.get("AttributeName"), expiry.get("TimeToLiveStatus")) == ("expires", "ENABLED")
    backups = dynamodb.describe_continuous_backups(TableName=TABLE)["ContinuousBackupsDescription"]
    assert backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"


def test_ssm_parameters_are_the_templates(stack: LocalStack) -> None:
    assert client(stack, "ssm").get_parameter(Name="/probe/setting")["Parameter"]["Value"] == TABLE


def test_of_parallel_conditional_puts_one_wins(dynamodb: "DynamoDBClient") -> None:
    def put(index: int) -> bool:
        item = {"pk": {"S": "race"}, "by": {"N": str(index)}}
        try:
            dynamodb.put_item(TableName=TABLE, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(put, range(PARALLEL))) == 1


def test_parallel_adds_all_count(dynamodb: "DynamoDBClient") -> None:
    def add(_: int) -> None:
        one = {":one": {"N": "1"}}
        dynamodb.update_item(TableName=TABLE, Key={"pk": {"S": "sum"}}, UpdateExpression="ADD counted :one", ExpressionAttributeValues=one)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(add, range(PARALLEL)))
    assert dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": "sum"}}).get("Item", {})["counted"] == {"N": str(PARALLEL)}


def test_a_cancelled_transaction_writes_nothing(dynamodb: "DynamoDBClient") -> None:
    dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": "there"}})

    def transact(index: int) -> None:
        puts: Any = [
            {"Put": {"TableName": TABLE, "Item": {"pk": {"S": f"leak-{index}"}}}},
            {"Put": {"TableName": TABLE, "Item": {"pk": {"S": "there"}}, "ConditionExpression": "attribute_not_exists(pk)"}},
        ]
        with pytest.raises(ClientError, match="TransactionCanceledException"):
            dynamodb.transact_write_items(TransactItems=puts)
        assert "Item" not in dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": f"leak-{index}"}}, ConsistentRead=True)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(transact, range(16)))
