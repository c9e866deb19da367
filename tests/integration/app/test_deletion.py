"""DELETE /account over the whole stack: Stripe, the table, Cognito and the event bus end up knowing nobody."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.aws.client import AwsError
from local.stack import LocalStack
from tests.support.people import PASSWORD, Person, Stripe

Json = dict[str, Any]
NOBODY = {"otherSubscriptions": [], "features": []}


def sub_of(person: Person) -> str:
    payload = person.id_token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]


def leave(person: Person) -> Json:
    answer = person.call("DELETE", "/account")
    assert answer.status_code == 200, answer.text
    return answer.json()


def item(stack: LocalStack, pk: str) -> Json | None:
    table = stack.template.resolve({"Ref": "Table"}, "test")
    return stack.aws.call("dynamodb", "GetItem", TableName=table, Key={"pk": {"S": pk}}, ConsistentRead=True).get("Item")


def cognito(stack: LocalStack, operation: str, person: Person, **more: Any) -> Json:
    pool = stack.template.resolve({"Ref": "UserPool"}, "test")
    return stack.aws.call("cognito-idp", operation, UserPoolId=pool, Username=sub_of(person), **more)


def assert_forgotten(stack: LocalStack, person: Person, customer: str) -> None:
    found = item(stack, f"user#{sub_of(person)}")
    assert found
    assert set(found) == {"pk", "deleted_at", "expires_at"}
    assert item(stack, f"customer#{customer}") is None
    assert person.account() == NOBODY
    with pytest.raises(AwsError, match="UserNotFound"):
        cognito(stack, "AdminGetUser", person)


def test_a_subscriber_leaves(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    account = person.subscribe("premium_monthly")
    customer, subscription = account["customerId"], account["subscription"]["id"]
    assert leave(person) == {"deleted": True}
    assert stripe.client.v1.subscriptions.retrieve(subscription).status == "canceled"
    assert stripe.client.v1.customers.retrieve(customer).deleted is True
    assert_forgotten(stack, person, customer)

    # All that Stripe said on the way arrives late, and again; the ID token still lives.
    stripe.settle()
    for event in stripe.client.v1.events.list({"limit": 100}).data:
        if customer in str(event):
            stripe.control("webhooks/redeliver", {"event": event.id})
    stripe.settle()
    assert_forgotten(stack, person, customer)
    assert leave(person) == {"deleted": True}

    stack.bus.wait_for(lambda event: event.detail["customer"] == customer and event.detail["new"] == {"features": []})
    told = sorted(event.detail_type for event in stack.bus.events if event.detail["customer"] == customer)
    assert told == ["entitlements.changed", "entitlements.changed", "subscription.activated", "subscription.ended"]


def test_nothing_can_be_begun_with_a_token_that_is_still_good(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    person.post("/create-customer")
    leave(person)
    for path, body in (
        ("/create-customer", {}),
        ("/create-checkout-session", {"lookupKey": "basic_monthly"}),
        ("/create-setup-session", {}),
    ):
        assert person.post(path, body, status=409)["error"]["code"] == "account_deleted"
    assert stripe.client.v1.customers.list({"email": person.email}).data == []


def test_an_open_checkout_ends_with_its_user(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    customer = person.post("/create-customer")["customerId"]
    session = person.post("/create-checkout-session", {"lookupKey": "basic_monthly"})["sessionId"]
    leave(person)
    assert stripe.client.v1.checkout.sessions.retrieve(session).status == "expired"
    assert stripe.pay(session, "pm_card_visa").status_code == 400
    assert_forgotten(stack, person, customer)


def test_a_payment_that_no_event_has_told_of_yet_is_ended_too(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    customer = person.post("/create-customer")["customerId"]
    session = person.post("/create-checkout-session", {"lookupKey": "basic_monthly"})["sessionId"]
    stripe.control("webhooks/hold")
    try:
        assert stripe.pay(session, "pm_card_visa").status_code == 200
        leave(person)
    finally:
        stripe.control("webhooks/release")
    stripe.settle()
    assert_forgotten(stack, person, customer)
    subscriptions = stripe.client.v1.subscriptions.list({"customer": customer, "status": "all"}).data
    assert [subscription.status for subscription in subscriptions] == ["canceled"]


def test_five_clicks_and_the_webhooks_at_once_are_one_deletion(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    customer = person.subscribe("premium_monthly")["customerId"]
    stripe.control("webhooks/faults", {"duplicate": 1.0, "reorder": True, "seed": 5})
    try:
        with ThreadPoolExecutor(5) as pool:
            answers = list(pool.map(lambda _: person.call("DELETE", "/account"), range(5)))
        stripe.settle()
    finally:
        stripe.control("webhooks/faults", {})
    assert {answer.status_code for answer in answers} == {200}
    assert_forgotten(stack, person, customer)


def test_who_never_was_a_customer_leaves_too(stack: LocalStack) -> None:
    person = Person(stack)
    leave(person)
    assert_forgotten(stack, person, "cus_none")


def test_the_same_address_may_come_again(stack: LocalStack) -> None:
    first = Person(stack)
    customer = first.subscribe("basic_monthly")["customerId"]
    leave(first)
    again = Person(stack, first.email)
    assert again.account() == NOBODY
    account = again.subscribe("premium_monthly")
    assert account["customerId"] != customer
    assert account["features"] == ["basic_features", "extended_features"]


def test_signing_in_is_over(stack: LocalStack) -> None:
    person = Person(stack)
    leave(person)
    known = {"ClientId": stack.config["cognito"]["clientId"], "AuthFlow": "USER_PASSWORD_AUTH"}
    with pytest.raises(AwsError, match="NotAuthorized"):
        stack.aws.call("cognito-idp", "InitiateAuth", **known, AuthParameters={"USERNAME": person.email, "PASSWORD": PASSWORD})


def test_stripe_fails_half_way_and_the_user_asks_again(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    account = person.subscribe("basic_monthly")
    customer = account["customerId"]
    fault = {"kind": "status", "path": f"/v1/customers/{customer}", "method": "DELETE", "status": 500, "count": 3}
    stripe.control("faults", fault)
    answer = person.call("DELETE", "/account")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "stripe_unavailable")
    # Nobody is billed, and nobody is forgotten yet.
    assert person.account()["subscription"]["status"] == "canceled"
    assert leave(person) == {"deleted": True}
    assert_forgotten(stack, person, customer)


def test_a_customer_deleted_in_the_dashboard_may_subscribe_again(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    customer = person.subscribe("basic_monthly")["customerId"]
    stripe.client.v1.customers.delete(customer)
    stripe.settle()
    assert person.account() == NOBODY
    account = person.subscribe("premium_monthly")
    assert account["customerId"] != customer
    assert account["subscription"]["status"] == "active"
