"""Event patterns, as a Pipe filters by them."""

from typing import Any

import pytest

from local.template.event_patterns import matcher

EVENT = {"eventName": "MODIFY", "dynamodb": {"Keys": {"pk": {"S": "user#1"}}, "SizeBytes": 26, "tags": ["a", "b"], "gone": None}}


def holds(pattern: Any) -> bool:
    return matcher(pattern)(EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["MODIFY"]},
        {"eventName": ["INSERT", "MODIFY"]},
        {"eventName": ["MODIFY"], "dynamodb": {"SizeBytes": [26]}},
        {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "user#"}]}}}},
        {"dynamodb": {"Keys": {"pk": {"S": [{"suffix": "#1"}]}}}},
        {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "nobody"}, {"suffix": "1"}]}}}},
        {"eventName": [{"equals-ignore-case": "modify"}]},
        {"eventName": [{"anything-but": "REMOVE"}]},
        {"eventName": [{"anything-but": ["REMOVE", "INSERT"]}]},
        {"dynamodb": {"NewImage": [{"exists": False}]}},
        {"eventName": [{"exists": True}]},
        {"dynamodb": {"tags": ["b"]}},
        {"dynamodb": {"gone": [None]}},
    ],
)
def test_it_matches(pattern: Any) -> None:
    assert holds(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["INSERT"]},
        {"eventName": []},
        {"eventName": ["MODIFY"], "dynamodb": {"SizeBytes": [27]}},
        {"dynamodb": {"SizeBytes": ["26"]}},
        {"dynamodb": {"SizeBytes": [True]}},
        {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "customer#"}]}}}},
        {"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "user#"}]}}}},
        {"eventName": {"deeper": ["MODIFY"]}},
        {"eventName": [{"anything-but": "MODIFY"}]},
        {"eventSource": [{"anything-but": "MODIFY"}]},
        {"eventName": [{"exists": False}]},
        {"dynamodb": {"tags": ["c"]}},
    ],
)
def test_it_does_not_match(pattern: Any) -> None:
    assert not holds(pattern)


@pytest.mark.parametrize(
    "pattern",
    [{}, [], "MODIFY", {"eventName": "MODIFY"}, {"$or": [{"a": [1]}]}, {"a": [{"numeric": [">", 1]}]}, {"a": [{"wildcard": "*"}]}],
)
def test_what_it_does_not_know_it_refuses(pattern: Any) -> None:
    with pytest.raises(ValueError, match=r"pattern|filter"):
        matcher(pattern)
