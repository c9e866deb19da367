"""`events/`: each is what its function's trigger would send, and gets the answer that events/README.md promises."""

import json
from typing import Any

import jwt
import pytest

from billing.reconcile.report import Report
from local import events
from local.stack import LocalStack
from tests.support.people import Person, Stripe
from tests.support.shipped import FUNCTIONS, PROMISED

Json = dict[str, Any]
SCHEDULED = {"reconcile": "events", "reconcile_drift": "drift"}
PIPED = "stream_enrichment"
IMAGES = {"OldImage": None, "NewImage": None}
REQUESTS = sorted(set(FUNCTIONS) - set(SCHEDULED) - {PIPED})


def shipped(name: str) -> Any:
    return events.read(events.FOLDER / f"{name}.json")


def shape(value: Any) -> Any:
    """Which keys there are, at every depth that AWS defines; for the rest the type."""
    return {name: shape(inner) for name, inner in value.items()} if isinstance(value, dict) else type(value).__name__


def test_every_function_has_an_event_and_the_page_lists_them_all(stack: LocalStack) -> None:
    assert sorted(FUNCTIONS) == sorted(PROMISED) == events.names()
    assert set(FUNCTIONS.values()) == {function.logical_id for function in stack.template.functions}


class Recorder:
    """What functions are handed, taken down on the way."""

    def __init__(self, stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
        self._seen: list[tuple[str, Any]] = []
        lambdas = stack._lambdas
        assert lambdas is not None
        pass_on = lambdas.invoke

        def invoke(function: str, event: Any, wait: float | None = None) -> Any:
            self._seen.append((function, event))
            return pass_on(function, event, wait)

        monkeypatch.setattr(lambdas, "invoke", invoke)

    def of(self, function: str) -> list[Any]:
        return [event for name, event in self._seen if name == function]


@pytest.fixture
def recorder(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    return Recorder(stack, monkeypatch)


@pytest.fixture
def person(stack: LocalStack) -> Person:
    return Person(stack)


@pytest.mark.parametrize("name", sorted(set(REQUESTS) - {"webhook"}))
def test_it_is_what_the_api_would_send(name: str, person: Person, recorder: Recorder) -> None:
    event = shipped(name)
    http = event["requestContext"]["http"]
    query = f"?{event['rawQueryString']}" if event["rawQueryString"] else ""
    body = json.loads(event["body"]) if "body" in event else None
    authorization = {} if "authorizer" in event["requestContext"] else {"authorization": None}
    person.call(http["method"], event["rawPath"] + query, body, headers=authorization)
    sent = recorder.of(FUNCTIONS[name])[-1]
    assert shape(event) == shape(sent)
    for same in ("version", "routeKey", "rawPath", "rawQueryString", "isBase64Encoded"):
        assert event[same] == sent[same]
    assert (http["path"], event["requestContext"]["routeKey"]) == (event["rawPath"], event["routeKey"])
    assert int(event["headers"]["content-length"]) == len(event.get("body", "").encode())


def test_the_webhooks_is_what_a_delivery_is(person: Person, recorder: Recorder) -> None:
    person.subscribe("basic_monthly")
    event, sent = shipped("webhook"), recorder.of("WebhookFunction")
    told = json.loads(event["body"])
    same_type = next(each for each in sent if json.loads(each["body"])["type"] == told["type"])
    assert shape(event) == shape(same_type)
    assert shape(told) == shape(json.loads(same_type["body"]))
    assert told["api_version"] == person.stack.stripe.api_version
    assert int(event["headers"]["content-length"]) == len(event["body"].encode())


def test_the_pipes_batch_is_records_as_the_stream_has_them(person: Person, recorder: Recorder, stack: LocalStack) -> None:
    person.subscribe("basic_monthly")
    stack.bus.wait_for(
        lambda told: told.detail_type == "entitlements.changed" and told.detail["customer"] == person.account()["customerId"]
    )
    sent = [record for batch in recorder.of("StreamEnrichmentFunction") for record in batch if "OldImage" in record["dynamodb"]]
    for record in shipped(PIPED):
        assert shape(record | {"dynamodb": None}) == shape(sent[0] | {"dynamodb": None})
        assert shape(record["dynamodb"] | IMAGES) == shape(sent[0]["dynamodb"] | IMAGES)


def test_a_schedules_is_its_input_in_the_template(stack: LocalStack) -> None:
    inputs = [json.loads(event.input) for function in stack.template.functions for event in function.silent_events]
    assert sorted(map(str, inputs)) == sorted(str(shipped(name)) for name in SCHEDULED)


# ---------------------------------------------------------------------------------------- what comes back


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_answered_as_the_page_says(name: str, stack: LocalStack) -> None:
    event = shipped(name)
    if events.is_unsigned(event):
        event = events.signed(event, events.webhook_secret(stack.aws_url))
    result = stack.invoke(FUNCTIONS[name], event)
    assert not result.failed, result.payload
    assert str(json.loads(result.payload)["statusCode"]) == PROMISED[name], result.payload


@pytest.mark.parametrize("name", SCHEDULED)
def test_reconcile_reports(name: str, stack: LocalStack) -> None:
    result = stack.invoke("ReconcileFunction", shipped(name))
    assert not result.failed, result.payload
    assert PROMISED[name] == "a report"
    assert json.loads(result.payload)[SCHEDULED[name]].keys() == Report().as_json().keys()


def test_the_batch_means_two_events(stack: LocalStack) -> None:
    result = stack.invoke("StreamEnrichmentFunction", shipped(PIPED))
    assert PROMISED[PIPED] == "two events"
    assert [event["type"] for event in json.loads(result.payload)] == ["subscription.activated", "entitlements.changed"]


def test_an_event_that_nobody_signed_is_refused(stack: LocalStack) -> None:
    assert json.loads(stack.invoke("WebhookFunction", shipped("webhook")).payload)["statusCode"] == 400


def test_with_the_ids_of_a_subscriber_they_work(stack: LocalStack, person: Person, stripe: Stripe) -> None:
    """So what is answered 404 above is the ids, not what the events look like."""
    account = person.subscribe("basic_monthly")
    plans = {price["lookupKey"]: price["id"] for plan in person.get("/plans")["plans"] for price in plan["prices"]}
    subscription = account["subscription"]["id"]
    claims = jwt.decode(person.id_token, options={"verify_signature": False})

    def send(name: str, **ids: Any) -> Json:
        event = shipped(name)
        event["requestContext"]["authorizer"]["jwt"]["claims"] |= {"sub": claims["sub"], "email": person.email}
        if "body" in event:
            body = json.loads(event["body"])
            assert ids.keys() <= body.keys()
            event["body"] = json.dumps(body | ids)
        else:
            event["queryStringParameters"] |= ids
        answer = json.loads(stack.invoke(FUNCTIONS[name], event).payload)
        assert answer["statusCode"] == 200, answer
        return json.loads(answer["body"])

    session = stripe.client.v1.checkout.sessions.list({"customer": account["customerId"]}).data[0].id
    assert send("session_status", session_id=session)["status"] == "complete"
    assert send("settle_session", sessionId=session)["status"] == "complete"
    assert send("retrieve_customer_payment_method", paymentMethodId=account["paymentMethod"]["id"])["last4"] == "4242"
    other = {"subscriptionId": subscription, "newPriceId": plans["premium_monthly"]}
    shown = send("create_preview_invoice", **other)
    assert send("update_subscription", **other, prorationDate=shown["prorationDate"])["priceId"] == plans["premium_monthly"]
    assert send("cancel_subscription", subscriptionId=subscription)["cancelAt"]
    assert not send("resume_subscription", subscriptionId=subscription).get("cancelAt")
    invoice = stripe.client.v1.subscriptions.retrieve(subscription).latest_invoice
    assert send("pay_invoice", invoiceId=invoice) == {"status": "paid"}
