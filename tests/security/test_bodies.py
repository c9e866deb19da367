"""Whatever bytes are sent as a body to whatever route: a clear 4xx at most, never a 5xx, and nothing of it changes anything."""

import json

import pytest
import requests

from local.stack import LocalStack
from tests.support.api import Operation, operations
from tests.support.people import Person, Stripe

WITH_BODY = [each for each in operations() if each.method == "POST"]
EACH = pytest.mark.parametrize("operation", WITH_BODY, ids=lambda each: each.path)
CARD = "4242 4242 4242 4242"


@pytest.fixture(scope="module")
def person(stack: LocalStack) -> Person:
    return Person(stack)


def sent(person: Person, operation: Operation, body: bytes, content_type: str = "application/json") -> requests.Response:
    return person.call(operation.method, operation.path, data=body, headers={"content-type": content_type})


def code(answer: requests.Response) -> str:
    return answer.json()["error"]["code"]


NO_JSON = {
    "NaN": b'{"x": NaN}',
    "Infinity": b'{"x": Infinity}',
    "a lone surrogate": b'{"x": "\\ud800"}',
    "surrogates the wrong way round": b'{"x": "\\udc00\\ud800"}',
    "invalid UTF-8": b'{"x": "\xff"}',
    "a surrogate in UTF-8": b'{"x": "\xed\xa0\x80"}',
    "UTF-16": '{"x": 1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "nothing but spaces": b"   ",
    "two documents": b"{}{}",
    "a comment": b"{} // so",
    "a control character": b'{"x": "\x00"}',
}
BOMBS = {
    "1e999": b'{"x": 1e999}',
    "a huge integer": b'{"x": ' + b"9" * 5000 + b"}",
    "deep lists": b'{"x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "deep objects": b'{"x":' * 2_000 + b"1" + b"}" * 2_000,
    "many fields": b"{" + b",".join(b'"f%d":1' % number for number in range(5000)) + b"}",
    "the same field often": b"{" + b",".join([b'"x":1'] * 2000) + b"}",
}


@EACH
@pytest.mark.parametrize("content_type", ["application/json", "application/octet-stream"])
def test_what_is_no_json(person: Person, operation: Operation, content_type: str) -> None:
    """With the second type API Gateway hands the body on in base64."""
    for name, body in NO_JSON.items():
        answer = sent(person, operation, body, content_type)
        # Whichever of its faults is met first.
        assert (answer.status_code, code(answer)) in ((400, "invalid_json"), (400, "invalid_request")), (name, answer.text)


@EACH
def test_bombs(person: Person, operation: Operation) -> None:
    for name, body in BOMBS.items():
        # As the field that the route takes, and as one it does not know.
        for field in (b"x", next((each.name.encode() for each in operation.fields if "." not in each.name), b"x")):
            answer = sent(person, operation, body.replace(b'"x"', b'"%s"' % field))
            assert (answer.status_code, code(answer)) in ((400, "invalid_request"), (400, "invalid_json")), (name, answer.text)


def test_numbers_without_bounds(person: Person) -> None:
    for number in ("1e5", "1.0", "-1", "-0.5", "9" * 30, "1" + "0" * 400, "1e400", "true", '"1"'):
        body = f'{{"subscriptionId": "sub_x", "newPriceId": "price_x", "prorationDate": {number}}}'
        answer = person.call("POST", "/update-subscription", data=body.encode(), headers={"content-type": "application/json"})
        assert (answer.status_code, code(answer)) == (400, "invalid_request"), (number, answer.text)


def test_of_the_same_field_twice_the_last_counts(person: Person) -> None:
    """As every browser reads it; what is checked is what is used."""
    other = b'{"email": "%s", "email": "somebody@else.example"}' % person.email.encode()
    answer = person.call("POST", "/create-customer", data=other, headers={"content-type": "application/json"})
    assert (answer.status_code, code(answer)) == (400, "email_mismatch")


@EACH
def test_a_body_over_64_kb(person: Person, operation: Operation) -> None:
    for content_type in ("application/json", "application/octet-stream"):
        answer = sent(person, operation, b'{"x": "' + b"x" * 65_536 + b'"}', content_type)
        assert (answer.status_code, code(answer)) == (413, "body_too_large")


@EACH
def test_a_card_number(person: Person, operation: Operation) -> None:
    bodies: list[object] = [
        {"cardNumber": CARD},
        {"card": {"number": CARD.replace(" ", "-")}},
        {"card": 4242424242424242},
        [f"my card is {CARD}"],
        {CARD: 1},
        *({field.name.partition(".")[0]: CARD} for field in operation.fields if field.place == "body"),
    ]
    for body in bodies:
        answer = sent(person, operation, json.dumps(body).encode())
        assert (answer.status_code, code(answer)) == (400, "card_number_refused"), (body, answer.text)
        assert "4242" not in answer.text


def test_a_card_number_without_a_body_is_none(person: Person) -> None:
    """A query string or an id that is long is not taken for one."""
    assert person.call("GET", "/session-status?session_id=cs_test_4242424242424242").status_code == 404


def test_none_of_it_reached_stripe(person: Person, stripe: Stripe) -> None:
    stripe.settle()
    stripe.control("requests", method="DELETE")
    for operation in WITH_BODY:
        for body in (*NO_JSON.values(), *BOMBS.values(), json.dumps({"name": CARD}).encode()):
            sent(person, operation, body)
    assert stripe.control("requests", method="GET")["requests"] == []
    assert person.account() == {"otherSubscriptions": [], "features": []}
