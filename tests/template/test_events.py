"""What the rest of the system hears of: the Pipe from the table's stream to the event bus, and what its role may do."""

import json

import pytest

from tests.template.sam_cli import CloudFormation

BUS_TAKES = 10
"""Events at once; with a longer list a Pipe calls its target not at all (EventBridge user guide, "Pipes batching and concurrency")."""

STREAM, BUS, QUEUE = ({"Fn::GetAtt": list(names)} for names in (("Table", "StreamArn"), ("EventBus", "Arn"), ("ChangesDeadLetters", "Arn")))
ENRICHMENT = {"Ref": "StreamEnrichmentFunctionAliaslive"}


@pytest.fixture
def pipe(cloudformation: CloudFormation) -> dict:
    [pipe] = cloudformation.of_type("AWS::Pipes::Pipe").values()
    return pipe


def test_it_leads_from_the_tables_stream_to_the_bus(pipe: dict, cloudformation: CloudFormation) -> None:
    assert (pipe["Source"], pipe["Enrichment"], pipe["Target"]) == (STREAM, ENRICHMENT, BUS)
    # The enrichment compares both.
    assert cloudformation.of_type("AWS::DynamoDB::Table")["Table"]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_only_items_of_users_wake_it(pipe: dict) -> None:
    [filter_] = pipe["SourceParameters"]["FilterCriteria"]["Filters"]
    assert json.loads(filter_["Pattern"]) == {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "user#"}]}}}}


def test_nothing_is_lost_in_silence(pipe: dict, cloudformation: CloudFormation) -> None:
    source = pipe["SourceParameters"]["DynamoDBStreamParameters"]
    assert source["BatchSize"] < BUS_TAKES
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert source["OnPartialBatchItemFailure"] == "AUTOMATIC_BISECT"
    assert source["MaximumRetryAttempts"] > 0
    assert source["DeadLetterConfig"] == {"Arn": QUEUE}
    queue = cloudformation.of_type("AWS::SQS::Queue")["ChangesDeadLetters"]
    assert queue == {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": 14 * 24 * 3600}


def test_detail_type_and_time_come_from_the_event(pipe: dict) -> None:
    assert pipe["TargetParameters"] == {"EventBridgeEventBusParameters": {"Source": "recur", "DetailType": "$.type", "Time": "$.time"}}


def test_its_role_may_do_just_what_the_pipe_needs(pipe: dict, cloudformation: CloudFormation) -> None:
    role = cloudformation.of_type("AWS::IAM::Role")[pipe["RoleArn"]["Fn::GetAtt"][0]]
    assert "ManagedPolicyArns" not in role
    [policy] = role["Policies"]
    allowed = [(statement["Effect"], statement["Action"], statement["Resource"]) for statement in policy["PolicyDocument"]["Statement"]]
    # Source: EventBridge user guide, "Amazon DynamoDB stream as a source", "Execution role permissions".
    reading = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
    assert allowed == [
        ("Allow", reading, STREAM),
        ("Allow", "lambda:InvokeFunction", ENRICHMENT),
        ("Allow", "events:PutEvents", BUS),
        ("Allow", "sqs:SendMessage", QUEUE),
    ]


def test_nobody_but_this_pipe_of_this_account_takes_its_role(pipe: dict, cloudformation: CloudFormation) -> None:
    [trust] = cloudformation.of_type("AWS::IAM::Role")["ChangesPipeRole"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "pipes.amazonaws.com"}
    only = trust["Condition"]["StringEquals"]
    assert only["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert only["aws:SourceArn"]["Fn::Sub"].endswith(":pipe/" + pipe["Name"]["Fn::Sub"])


def test_the_enrichment_may_do_nothing_but_log(cloudformation: CloudFormation) -> None:
    function = cloudformation.of_type("AWS::Lambda::Function")["StreamEnrichmentFunction"]
    role = cloudformation.of_type("AWS::IAM::Role")[function["Role"]["Fn::GetAtt"][0]]
    assert [policy["PolicyName"] for policy in role["Policies"]] == ["logs"]
