"""What is found in the log, and by what: each thing that was refused, told or stored has one line that names its ids and no person."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

import create_customer
import entitlements
import stream_enrichment
import webhook
from tests.support import events
from tests.support.stripe_in_process import InProcessStripe
from tests.unit.billing.test_changes import BASIC, SUBSCRIPTION, image, record

pytestmark = pytest.mark.usefixtures("table")

Json = dict[str, Any]
Lines = Callable[[], list[Json]]


class Context:
    function_name = "recur-dev-some"
    aws_request_id = "8a1a5c52"


def asked(body: str = "{}", **claims: str) -> Json:
    """The event of a signed-in user's request."""
    known = {"token_use": "id", "email_verified": "true", "sub": "u1", "email": "ada@example.com"} | claims
    return {"requestContext": {"requestId": "JKJ=", "authorizer": {"jwt": {"claims": known}}}, "body": body}


def found(lines: Lines, message: str) -> Json:
    [line] = [line for line in lines() if line["message"] == message]
    assert (line["function_name"], line["function_request_id"]) == ("recur-dev-some", "8a1a5c52")
    return line


def test_an_event_is_found_by_its_id_its_customer_and_its_user(lines: Lines) -> None:
    webhook.handler(events.delivery(events.event("customer.subscription.created", events.subscription())), Context())
    event = found(lines, "Event")
    assert (event["correlation_id"], event["customer"], event["user"]) == ("evt_customer.subscription.created_1000", "cus_1", "u1")
    # One that is dropped was not read for whom it is.
    webhook.handler(events.delivery(events.event("customer.subscription.updated", events.subscription(status="past_due"), 500)), Context())
    assert [(line["outcome"], line["customer"], line.get("user")) for line in lines()[1:]] == [("dropped", "cus_1", None)]


def test_one_that_may_be_killed_while_it_asks_stripe_has_said_so_before(account: InProcessStripe, lines: Lines) -> None:
    account.subscriber("u2")
    [*_, paid] = [each for each in account.events() if each["type"] == "customer.subscription.created"]
    seen: list[Json] = []

    def look(request: object) -> None:
        seen[:] = seen or lines()  # what there is when the first call is made

    account.fault = look
    webhook.handler(events.delivery(paid | {"api_version": "2025-01-01.other"}), Context())
    announced = [line for line in seen if line["message"] == "Asking Stripe"]
    assert [line["milliseconds"] >= 0 for line in lines() if line["message"] == "Stripe" and line["correlation_id"] == paid["id"]] == [True]
    assert (announced[-1]["correlation_id"], announced[-1]["function_request_id"]) == (paid["id"], "8a1a5c52")


UNREADABLE: dict[bytes, Json] = {
    b"Robin": {"reason": "JSONDecodeError", "bytes": 5},
    b'{"\xff": 1}': {"reason": "UnicodeDecodeError", "bytes": 8},
    b'["Robin"]': {"reason": "Unreadable"},
    b'{"id": "evt_1", "object": "v2.core.event", "type": "v1.x", "data": "Robin"}': {
        "reason": "Unreadable",
        "event_id": "evt_1",
        "event_object": "v2.core.event",
        "event_type": "v1.x",
    },
}


@pytest.mark.parametrize("content", UNREADABLE)
def test_what_is_no_event_is_told_with_what_it_names_and_without_what_it_says(lines: Lines, content: bytes) -> None:
    delivery = events.delivery(b"", events.signature(content)) | {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}
    assert webhook.handler(delivery, Context())["statusCode"] == 400
    line = found(lines, "Unreadable event")
    assert line.items() >= UNREADABLE[content].items()
    assert line["level"] == "ERROR"
    assert "Robin" not in json.dumps(line)


def test_an_event_that_names_nobody_is_told_and_rings_though_stripe_is_not_to_send_it_again(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    content = events.event("customer.subscription.updated", events.subscription(customer=None))
    assert webhook.handler(events.delivery(content), Context())["statusCode"] == 200
    line = found(lines, "Unreadable event")
    assert (line["event_id"], line["reason"]) == (content["id"], "customer.subscription.updated without customer")
    assert '"WebhookUnreadable":[1.0]' in capsys.readouterr().out


REFUSED: list[tuple[Json, int, str]] = [
    (asked('{"name": ["Robin"]}'), 400, "invalid_request"),
    (asked('{"Robin": 1}'), 400, "invalid_request"),
    (asked('{"name": "4242424242424242"}'), 400, "card_number_refused"),
    (asked(token_use="access"), 401, "id_token_required"),
]


@pytest.mark.parametrize(("request_", "status", "code"), REFUSED)
def test_a_refusal_is_told_with_its_code_and_who_was_refused(lines: Lines, request_: Json, status: int, code: str) -> None:
    assert create_customer.handler(request_, Context())["statusCode"] == status
    line = found(lines, "Refused")
    assert (line["status"], line["code"], line["correlation_id"]) == (status, code, "JKJ=")
    assert line.get("user") == ("u1" if status == 400 else None)
    assert not [word for word in ("Robin", "4242", "ada@") if word in json.dumps(line)]


def test_the_next_request_is_not_told_as_the_last_ones_users(lines: Lines) -> None:
    entitlements.handler(asked(), Context())
    entitlements.handler(asked(sub="u2", email_verified="false"), Context())
    assert "user" not in found(lines, "Refused")


def test_what_the_bus_is_told_is_found_by_its_cause(lines: Lines) -> None:
    batch = [
        record(1, None, image({SUBSCRIPTION: BASIC}, source="request JKJ= (fetched)")),
        record(2, image({SUBSCRIPTION: BASIC}), None),
    ]
    stream_enrichment.handler(batch, Context())
    told = [line for line in lines() if line["message"] == "Told"]
    assert [line["correlation_id"] for line in told] == ["JKJ=", "8a1a5c52"]
    assert {(line["user"], line["customer"], line["function_request_id"]) for line in told} == {("u1", "cus_1", "8a1a5c52")}
