"""Two users: every id of one, sent by the other, in every place of every route that takes text.

Routes and places are read from docs/openapi.json, which is made from template.yaml and the code. A route more is tried without an edit
here; if it takes a field that this file does not know, a test says what to add.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from local.stack import LocalStack
from tests.support.api import Field, Operation, operations
from tests.support.people import Aws, Person, Stripe

Json = dict[str, Any]

FREE_TEXT = {
    "POST /create-customer": {
        "name",
        "email",
        *(
            f"{of}{line}"
            for of in ("address.", "shipping.address.")
            for line in ("line1", "line2", "city", "state", "postalCode", "country")
        ),
        "shipping.name",
        "shipping.phone",
    },
    "POST /create-checkout-session": {"lookupKey", "currency"},
}
"""By route: what is no id. It may go to Stripe as it is (a name), or be looked up in the catalogue, which is everybody's."""

INVENTED = {"subscription": "sub", "customer": "cus", "session": "cs_test", "invoice": "in", "payment method": "pm", "price": "price"}
"""How an id begins, by kind."""


@dataclass(frozen=True)
class Owner:
    person: Person
    ids: Json
    """By kind; a field is named for it: `newPriceId` takes a price."""


def _owner(stack: LocalStack, plan: str) -> Owner:
    person, stripe = Person(stack), Stripe(stack)
    person.post("/create-customer")
    session = person.post("/create-checkout-session", {"lookupKey": plan})["sessionId"]
    stripe.pay(session, "pm_card_visa")
    stripe.settle()
    account = person.account()
    product = stripe.client.v1.products.create({"name": "Made for one customer"})
    recurring: Any = {"unit_amount": 1, "currency": "usd", "recurring": {"interval": "month"}, "product": product.id}
    ids = {
        "subscription": account["subscription"]["id"],
        "customer": account["customerId"],
        "session": session,
        "invoice": stripe.client.v1.invoices.list({"customer": account["customerId"]}).data[0].id,
        "payment method": account["paymentMethod"]["id"],
        "price": stripe.client.v1.prices.create(recurring).id,
    }
    return Owner(person, ids)


@pytest.fixture(scope="module")
def owner(stack: LocalStack) -> Owner:
    return _owner(stack, "basic_monthly")


@pytest.fixture(scope="module")
def stranger(stack: LocalStack) -> Owner:
    """Has as much of their own as the owner; of prices, one that is on sale. Another session of theirs is being made, and has no id yet."""
    found = _owner(stack, "basic_monthly")
    Aws(stack).unname_session(found.person)
    on_sale = {price["lookupKey"]: price["id"] for plan in found.person.get("/plans")["plans"] for price in plan["prices"]}
    return Owner(found.person, found.ids | {"price": on_sale["premium_monthly"]})


def kind_of(field: Field) -> str | None:
    """Which kind of id a field takes, by its name; None if its name says nothing of the sort."""
    name = field.name.rpartition(".")[2].replace("_id", "Id")
    if not name.endswith("Id"):
        return None
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name.removesuffix("Id"))
    return next((kind for kind in sorted(INVENTED, key=len, reverse=True) if words.endswith(kind)), None)


def places(operation: Operation) -> list[Field]:
    """Where it takes an id."""
    return [field for field in operation.fields if kind_of(field)]


def request(person: Person, operation: Operation, values: dict[Field, str]) -> requests.Response:
    body: Json = {}
    for field, value in values.items():
        inner = body
        *path, last = field.name.split(".")
        for name in path:
            inner = inner.setdefault(name, {})
        if field.place == "body":
            inner[last] = value
    query = {field.name: value for field, value in values.items() if field.place == "query"}
    return person.call(operation.method, operation.path, body if operation.body else None, params=query)


CASES = [(operation, field) for operation in operations() for field in places(operation)]


def test_every_place_of_every_route_is_known() -> None:
    """A field that takes text takes an id (its name says of what), or is listed as free text."""
    for operation in operations():
        texts = {field.name for field in operation.fields if field.takes_text and not kind_of(field) and "enum" not in str(field.schema)}
        unknown = texts - FREE_TEXT.get(operation.key, set())
        assert not unknown, f"{operation.key} takes {', '.join(sorted(unknown))}: an id is to be named ...Id (INVENTED); else FREE_TEXT"
        assert "{" not in operation.path, f"{operation.key} takes something in its path, which this matrix does not try yet"
    assert len(CASES) >= 10


@pytest.fixture
def asked(stripe: Stripe) -> Any:
    """What Stripe was asked since the test began."""
    stripe.settle()
    stripe.control("requests", method="DELETE")
    return lambda: stripe.control("requests?limit=5000", method="GET")["requests"]


@pytest.mark.parametrize(("operation", "field"), CASES, ids=lambda each: getattr(each, "key", None) or each.name)
def test_anothers_id_is_one_that_does_not_exist(operation: Operation, field: Field, owner: Owner, stranger: Owner, asked: Any) -> None:
    """The same answer, whatever it is an id of; and Stripe never hears of it."""
    own = {other: stranger.ids[str(kind_of(other))] for other in places(operation) if other == field or _needed(operation, other)}
    for kind, id_ in owner.ids.items():
        absent = f"{INVENTED[kind]}_{uuid.uuid4().hex[:24]}"
        foreign = request(stranger.person, operation, own | {field: id_})
        missing = request(stranger.person, operation, own | {field: absent})
        assert foreign.status_code in (400, 404), (kind, foreign.text)
        assert (foreign.status_code, foreign.json()) == (missing.status_code, missing.json()), kind
        assert id_ not in foreign.text
        assert not [each for each in asked() if id_ in f"{each['path']} {each['params']}"], kind
    assert owner.person.account()["subscription"]["status"] == "active"


def _needed(operation: Operation, field: Field) -> bool:
    return field.place == "query" or field.name in (operation.body or {}).get("required", [])


@pytest.mark.parametrize(("operation", "field"), CASES, ids=lambda each: getattr(each, "key", None) or each.name)
def test_an_empty_id_is_nobodys(operation: Operation, field: Field, stranger: Owner, asked: Any) -> None:
    """Not even where one's own is not known yet; at Stripe it would stand for a whole list."""
    own = {other: stranger.ids[str(kind_of(other))] for other in places(operation) if other == field or _needed(operation, other)}
    answer = request(stranger.person, operation, own | {field: ""})
    assert answer.status_code in (400, 404), answer.text
    assert asked() == []


def test_no_answer_to_a_user_names_anything_of_anothers(owner: Owner, stranger: Owner) -> None:
    """Their own requests, all of them theirs to make."""
    for operation in operations():
        if operation.method == "DELETE" or operation.path.startswith("/cancel"):
            continue
        values = {field: stranger.ids[str(kind_of(field))] for field in places(operation) if _needed(operation, field)}
        answer = request(stranger.person, operation, values)
        assert answer.status_code < 500, answer.text
        assert not [id_ for id_ in (*owner.ids.values(), owner.person.email) if id_ in answer.text], operation.key


def test_every_route_but_the_public_ones_asks_who_is_there(stack: LocalStack) -> None:
    for operation in operations():
        answer = requests.request(operation.method, stack.api_url + operation.path, json={}, timeout=30)
        assert (answer.status_code == 401) is (not operation.is_public), operation.key
    assert {operation.key for operation in operations() if operation.is_public} == {"GET /plans"}


def test_an_access_token_is_not_an_id_token(stack: LocalStack, owner: Owner) -> None:
    """API Gateway takes both; on no route does the code."""
    for operation in operations():
        if operation.is_public:
            continue
        headers = {"authorization": f"Bearer {owner.person.access_token}"}
        answer = requests.request(operation.method, stack.api_url + operation.path, json={}, headers=headers, timeout=30)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "id_token_required"), operation.key
    assert owner.person.account()["subscription"]["status"] == "active"
