"""The switches of the AWS process: calls are counted, and faults come where and as often as asked for."""

from collections.abc import Iterator

import pytest

from local.aws.client import AwsError
from local.stack import LocalStack
from tests.support.people import Aws


@pytest.fixture
def aws(stack: LocalStack) -> Iterator[Aws]:
    aws = Aws(stack)
    yield aws
    aws.control("faults", method="DELETE")


def parameter(stack: LocalStack, name: str) -> str | None:
    found = stack.aws.call("ssm", "GetParameters", Names=[name])["Parameters"]
    return found[0]["Value"] if found else None


def put(stack: LocalStack, name: str, value: str) -> None:
    stack.aws.call("ssm", "PutParameter", Name=name, Value=value, Type="String", Overwrite=True)


def test_calls_are_listed_in_order(stack: LocalStack, aws: Aws) -> None:
    aws.control("requests", method="DELETE")
    put(stack, "/control/order", "1")
    parameter(stack, "/control/order")
    seen = [each for each in aws.control("requests", method="GET")["operations"] if each.startswith("ssm.")]
    assert seen == ["ssm.PutParameter", "ssm.GetParameters"]


def test_a_fault_comes_as_often_as_asked_for_and_nothing_is_done(stack: LocalStack, aws: Aws) -> None:
    put(stack, "/control/fault", "before")
    aws.control("faults", {"operation": "ssm.PutParameter", "status": 400, "code": "ThrottlingException", "skip": 1, "count": 2})
    put(stack, "/control/fault", "skipped")
    for _ in range(2):
        with pytest.raises(AwsError, match="ThrottlingException"):
            put(stack, "/control/fault", "lost")
    assert parameter(stack, "/control/fault") == "skipped"
    put(stack, "/control/fault", "after")
    assert parameter(stack, "/control/fault") == "after"


def test_a_fault_can_be_about_some_items_only(stack: LocalStack, aws: Aws) -> None:
    aws.control("faults", {"operation": "dynamodb.*", "key": "theirs#", "status": 500, "code": "InternalServerError"})
    get = {"TableName": "recur-local-Table"}
    assert "Item" not in stack.aws.call("dynamodb", "GetItem", **get, Key={"pk": {"S": "ours#1"}})
    with pytest.raises(AwsError, match="InternalServerError"):
        stack.aws.call("dynamodb", "GetItem", **get, Key={"pk": {"S": "theirs#1"}})


def test_after_work_only_the_answer_is_lost(stack: LocalStack, aws: Aws) -> None:
    aws.control("faults", {"operation": "ssm.Put*", "status": 500, "code": "InternalServerError", "after_work": True})
    with pytest.raises(AwsError, match="InternalServerError"):
        put(stack, "/control/after", "done")
    assert parameter(stack, "/control/after") == "done"


def test_a_fault_with_an_unknown_field_is_refused(stack: LocalStack) -> None:
    with pytest.raises(AssertionError, match="wen"):
        Aws(stack).control("faults", {"operation": "ssm.*", "status": 500, "code": "X", "wen": 1})
