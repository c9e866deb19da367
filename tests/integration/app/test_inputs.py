"""Wrong input gets a 4xx in words a front-end developer can act on, and changes nothing."""

from typing import Any

import pytest
import requests

from local.stack import LocalStack
from tests.support.people import Person, Stripe

POSTS = {
    "/create-customer": {},
    "/create-checkout-session": {"lookupKey": "basic_monthly"},
    "/create-preview-invoice": {"subscriptionId": "sub_x", "newPriceId": "price_x"},
    "/update-subscription": {"subscriptionId": "sub_x", "newPriceId": "price_x"},
    "/cancel-subscription": {"subscriptionId": "sub_x"},
    "/resume-subscription": {"subscriptionId": "sub_x"},
    "/settle-session": {"sessionId": "cs_x"},
    "/pay-invoice": {"invoiceId": "in_x"},
    "/create-setup-session": {},
    "/retrieve-customer-payment-method": {},
}


@pytest.fixture(scope="module")
def person(stack: LocalStack) -> Person:
    return Person(stack)


def refused(answer: requests.Response, status: int, code: str) -> str:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == code
    assert answer.headers["content-type"] == "application/json"
    return error["message"]


@pytest.mark.parametrize("path", POSTS)
def test_malformed_json(person: Person, path: str) -> None:
    for body in ("{", "nonsense", "\x00"):
        answer = person.call("POST", path, data=body, headers={"content-type": "application/json"})
        refused(answer, 400, "invalid_json")


@pytest.mark.parametrize("path", POSTS)
def test_what_is_no_object(person: Person, path: str) -> None:
    for body in ("[]", '"text"', "1", "null"):
        answer = person.call("POST", path, data=body, headers={"content-type": "application/json"})
        assert "object" in refused(answer, 400, "invalid_request")


@pytest.mark.parametrize("path", POSTS)
def test_unknown_fields_are_named(person: Person, path: str) -> None:
    for field in ("price", "quantity", "trialEnd", "coupon", "returnUrl", "amount"):
        answer = person.call("POST", path, {**POSTS[path], field: 1})
        assert field in refused(answer, 400, "invalid_request")


WRONG_TYPES: list[tuple[str, dict[str, Any], str]] = [
    ("/create-customer", {"name": 1}, "$.name"),
    ("/create-customer", {"address": "Main Street"}, "$.address"),
    ("/create-customer", {"shipping": {"name": "A"}}, "address"),
    ("/create-checkout-session", {"lookupKey": ["basic_monthly"]}, "$.lookupKey"),
    ("/create-checkout-session", {"priceId": 7}, "$.priceId"),
    ("/create-preview-invoice", {"subscriptionId": "sub_x"}, "newPriceId"),
    ("/update-subscription", {"subscriptionId": "sub_x", "newPriceId": "p", "prorationDate": "now"}, "$.prorationDate"),
    ("/cancel-subscription", {}, "subscriptionId"),
    ("/cancel-subscription", {"subscriptionId": "sub_x", "when": "later"}, "$.when"),
    ("/resume-subscription", {"subscriptionId": None}, "$.subscriptionId"),
    ("/retrieve-customer-payment-method", {"paymentMethodId": {}}, "$.paymentMethodId"),
]


@pytest.mark.parametrize(("path", "body", "named"), WRONG_TYPES)
def test_wrong_types_are_named(person: Person, path: str, body: dict[str, Any], named: str) -> None:
    assert named in refused(person.call("POST", path, body), 400, "invalid_request")


@pytest.mark.parametrize("wanted", [{"lookupKey": "gold_monthly"}, {"priceId": "price_missing"}])
def test_a_plan_that_is_not_on_sale(person: Person, wanted: dict[str, str]) -> None:
    refused(person.call("POST", "/create-checkout-session", wanted), 400, "unknown_price")


def test_neither_or_both_ways_to_name_a_plan(person: Person) -> None:
    for wanted in ({}, {"priceId": "price_x", "lookupKey": "basic_monthly"}):
        assert "priceId or lookupKey" in refused(person.call("POST", "/create-checkout-session", wanted), 400, "invalid_request")


def test_a_currency_the_plan_is_not_offered_in(person: Person) -> None:
    refused(person.call("POST", "/create-checkout-session", {"lookupKey": "basic_monthly", "currency": "jpy"}), 400, "unknown_currency")


def test_somebody_elses_email(person: Person) -> None:
    refused(person.call("POST", "/create-customer", {"email": "other@example.com"}), 400, "email_mismatch")
    assert person.account() == {"otherSubscriptions": [], "features": []}
    assert person.post("/create-customer", {"email": person.email.upper()})["customerId"].startswith("cus_")


def test_a_body_over_64_kb(person: Person) -> None:
    refused(person.call("POST", "/create-customer", {"name": "x" * 70_000}), 413, "body_too_large")


def test_nesting_without_end(person: Person) -> None:
    deep = '{"name":' + "[" * 20_000 + "]" * 20_000 + "}"
    answer = person.call("POST", "/create-customer", data=deep, headers={"content-type": "application/json"})
    assert answer.status_code == 400


def test_the_access_token_is_not_enough(person: Person) -> None:
    headers = {"authorization": f"Bearer {person.access_token}"}
    for path in POSTS:
        refused(person.call("POST", path, {}, headers=headers), 401, "id_token_required")
    refused(person.call("GET", "/account", headers=headers), 401, "id_token_required")


def test_without_a_token_the_gateway_answers(stack: LocalStack) -> None:
    for path in POSTS:
        answer = requests.post(stack.api_url + path, json={}, timeout=30)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})
    assert requests.get(stack.api_url + "/plans", timeout=30).status_code == 200


def test_session_status_wants_a_session(person: Person) -> None:
    assert "session_id" in refused(person.call("GET", "/session-status"), 400, "missing_parameter")


UNFIT: list[tuple[dict[str, Any], str]] = [
    ({"name": "x" * 257}, "$.name"),
    ({"address": {"country": "Switzerland"}}, "$.address.country"),
    ({"shipping": {"name": "A", "address": {"line1": "x" * 501}}}, "$.shipping.address.line1"),
]


@pytest.mark.parametrize(("body", "named"), UNFIT)
def test_what_stripe_would_refuse_is_refused_before(person: Person, body: dict[str, Any], named: str) -> None:
    assert named in refused(person.call("POST", "/create-customer", body), 400, "invalid_request")


def test_what_only_stripe_can_tell_is_refused_in_our_words(person: Person) -> None:
    answer = person.call("POST", "/create-customer", {"shipping": {"name": "Ada", "address": {}}})
    assert "shipping" in refused(answer, 400, "invalid_request")


def test_no_text_of_stripe_reaches_the_browser(person: Person, stripe: Stripe) -> None:
    """Stripe fails in each of its ways; what the browser reads is ours, and says whether trying again helps."""
    for status, expected in ((400, 500), (401, 500), (402, 402), (403, 500), (429, 503), (500, 503)):
        stripe.control("faults", {"kind": "status", "status": status, "method": "POST", "path": "/v1/customers/*", "count": 5})
        try:
            answer = person.call("POST", "/create-customer", {"name": "Ada"})
        finally:
            stripe.control("faults", method="DELETE")
        assert answer.status_code == expected, (status, answer.text)
        assert "stripe" not in answer.json()["error"]["message"].lower()
