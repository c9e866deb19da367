"""A browser that sends more than it may, or something else: prices, amounts, quantities, trials, coupons, URLs, other people.

First by the API's own document (schemathesis), then around bodies that are right (hypothesis). Whatever was sent, the server has no 5xx
for it, and Stripe has heard nothing but what the catalogue and the server say. The same examples in every run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode

from local.ports import Ports
from local.stack import LocalStack
from tests.support.api import described, operations
from tests.support.people import Aws, Person, Stripe

Json = dict[str, Any]


def examples(number: int) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(max_examples=number, derandomize=True, database=None, deadline=None, suppress_health_check=checks)


@dataclass(frozen=True)
class Shop:
    """A stack of this module's own, in which nobody but its one subscriber asks for anything."""

    stack: LocalStack
    person: Person
    stripe: Stripe
    right: dict[str, Json]
    """A body that each route takes, by its path."""
    catalogue: set[str]
    """Ids of the prices on sale."""


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with LocalStack(ports=Ports.free(), environment={}) as stack:
        stripe, person = Stripe(stack), Person(stack)
        prices = {price["lookupKey"]: price["id"] for plan in person.get("/plans")["plans"] for price in plan["prices"]}
        person.post("/create-customer")
        session = person.post("/create-checkout-session", {"lookupKey": "basic_monthly"})["sessionId"]
        stripe.pay(session, "pm_card_visa")
        stripe.settle()
        account = person.account()
        invoice = stripe.client.v1.invoices.list({"customer": account["customerId"]}).data[0].id
        subscription = {"subscriptionId": account["subscription"]["id"]}
        change = subscription | {"newPriceId": prices["premium_monthly"]}
        right: dict[str, Json] = {
            "/create-customer": {"name": "Ada", "shipping": {"name": "Ada", "address": {"line1": "1 Main Street", "country": "GB"}}},
            "/create-checkout-session": {"lookupKey": "basic_monthly", "currency": "usd"},
            "/settle-session": {"sessionId": session},
            "/create-preview-invoice": change,
            "/update-subscription": change,
            "/cancel-subscription": subscription | {"when": "period_end"},
            "/resume-subscription": subscription,
            "/pay-invoice": {"invoiceId": invoice},
            "/retrieve-customer-payment-method": {},
            "/create-setup-session": {},
        }
        Aws(stack).unname_session(person)  # an empty id is then nearest to being somebody's
        stripe.control("requests", method="DELETE")
        yield Shop(stack, person, stripe, right, set(prices.values()))


# ------------------------------------------------------------------------------------------------ what Stripe may hear

SENT = {
    "/v1/customers": {"email", "metadata[*]"},
    "/v1/customers/*": {"name", "address[*]", "shipping[*]", "shipping[address][*]"},
    "/v1/checkout/sessions": {
        *("mode", "ui_mode", "customer", "currency", "line_items[*][price]", "line_items[*][quantity]", "allow_promotion_codes"),
        *("subscription_data[metadata][*]", "metadata[*]", "return_url"),
    },
    "/v1/checkout/sessions/*/expire": set[str](),
    "/v1/invoices/create_preview": {
        *("customer", "subscription", "subscription_details[items][*][id]", "subscription_details[items][*][price]"),
        *("subscription_details[items][*][quantity]", "subscription_details[proration_behavior]"),
    },
    "/v1/invoices/*/pay": {"payment_method"},
    "/v1/subscriptions/*": {
        *("items[*][id]", "items[*][price]", "items[*][quantity]", "proration_behavior", "proration_date", "payment_behavior"),
        *("cancel_at_period_end", "cancel_at"),
    },
}
"""By call, all that the functions send when somebody asks them to. Nothing in it is an amount, a trial, a coupon or a client's URL."""


def general(path: str) -> str:
    return re.sub(r"/(cus|cs|in|sub|pm|seti)_[^/]+", "/*", path)


def parameter(name: str, known: set[str]) -> str:
    """With `*` for a list's index, or for the last name where any is allowed."""
    name = re.sub(r"\[\d+\]", "[*]", name)
    return name if name in known else re.sub(r"\[[^\]]*\]$", "[*]", name)


@pytest.fixture
def untouched(shop: Shop) -> Iterator[None]:
    """After the test: Stripe heard only what `SENT` says, with the catalogue's prices, one of each, and our own URL."""
    yield
    asked = shop.stripe.control("requests?limit=20000", method="GET")["requests"]
    for each in asked:
        if each["method"] != "POST":
            continue
        path, params = general(each["path"]), each["params"]
        names = {parameter(name, SENT.get(path, set())) for name in params}
        assert names <= SENT.get(path, set()), (each["path"], params)
        prices = {value for name, value in params.items() if name.endswith("[price]")}
        assert prices <= shop.catalogue, params
        assert {value for name, value in params.items() if name.endswith("[quantity]")} <= {"1"}, params
        assert all(value.startswith(f"{shop.stack.site_url}/") for name, value in params.items() if name.endswith("url")), params
        assert {value for name, value in params.items() if name == "email"} <= {shop.person.email}, params
    _objects_are_the_servers(shop)
    shop.stripe.control("requests", method="DELETE")


def _objects_are_the_servers(shop: Shop) -> None:
    client = shop.stripe.client
    for subscription in client.v1.subscriptions.list({"status": "all", "limit": 100}).data:
        items = subscription["items"].data
        assert [(item.price.id in shop.catalogue, item.quantity) for item in items] == [(True, 1)]
        assert (subscription.trial_end, list(subscription.discounts or [])) == (None, [])
    for session in client.v1.checkout.sessions.list({"limit": 100}).data:
        assert str(session.return_url).startswith(f"{shop.stack.site_url}/")


# ------------------------------------------------------------------------------------------------ by the document

schema: Any = schemathesis.openapi.from_dict(described()).exclude(method="DELETE")
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
schema.config.phases.coverage.enabled = False  # it knows no bound to the number of its cases


def _asked(shop: Shop, case: Case) -> None:
    """Its shape is held against the document as every answer is (tests/conftest.py)."""
    headers = {"authorization": f"Bearer {shop.person.id_token}"}
    answer = case.call(base_url=shop.stack.api_url, headers=headers)
    case.validate_response(answer, checks=[not_a_server_error])


@schema.parametrize()
@examples(12)
def test_whatever_the_document_allows_or_forbids(shop: Shop, untouched: None, case: Case) -> None:
    _asked(shop, case)


@pytest.mark.slow
@schema.parametrize()
@examples(200)
def test_whatever_the_document_allows_or_forbids_at_length(shop: Shop, untouched: None, case: Case) -> None:
    _asked(shop, case)


# ------------------------------------------------------------------------------------------------ around what is right

EXTRAS = """
    price priceData unitAmount amount amountDue total discount discounts coupon promotionCode allowPromotionCodes quantity trial
    trialEnd trialPeriodDays trialFromPlan returnUrl successUrl cancelUrl url redirect next customer customerEmail user userId sub metadata
    lineItems items subscriptionData paymentBehavior prorationBehavior billingCycleAnchor cancelAt cancelAtPeriodEnd paymentMethod
    defaultPaymentMethod applicationFeePercent transferData onBehalfOf expand mode uiMode stage features __proto__ constructor
""".split()


def snake(name: str) -> str:
    return re.sub("([A-Z])", lambda found: f"_{found.group().lower()}", name)


NAMES = st.sampled_from([*EXTRAS, *(snake(name) for name in EXTRAS)]) | st.text(max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30)
URLS = st.sampled_from(
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "http://169.254.169.254/", "\u202e", "'; --", "../.."]
)
VALUES = st.recursive(SCALARS | URLS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=5)
PATHS = [each.path for each in operations() if each.method == "POST"]


def objects(body: Json, below: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield below
    for name, value in body.items():
        if isinstance(value, dict):
            yield from objects(value, (*below, name))


def with_field(body: Json, path: tuple[str, ...], name: str, value: Any) -> Json:
    if not path:
        return body | {name: value}
    return body | {path[0]: with_field(body[path[0]], path[1:], name, value)}


@pytest.mark.parametrize("path", PATHS)
def test_no_field_more_is_taken(shop: Shop, untouched: None, path: str) -> None:
    """Each of the tempting ones, in both spellings, in every object of a body that is right but for it."""
    right = shop.right[path]
    known = {field.name.rpartition(".")[2] for each in operations() if each.path == path for field in each.fields}
    for name in {*EXTRAS, *map(snake, EXTRAS)} - known:
        for place in objects(right):
            answer = shop.person.call("POST", path, with_field(right, place, name, "1"))
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request"), (name, answer.text)
            assert name in answer.json()["error"]["message"]


def _tampered(shop: Shop, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(PATHS))
    body = dict(shop.right[path])
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.sampled_from(list(objects(body))))
        named = st.sampled_from(sorted(body)) if body and not where else NAMES
        body = with_field(body, where, data.draw(named | NAMES), data.draw(VALUES))
    answer = shop.person.call("POST", path, body)
    assert answer.status_code < 500, (path, body, answer.text)


@given(data=st.data())
@examples(60)
def test_what_is_right_but_for_a_field_or_two(shop: Shop, untouched: None, data: st.DataObject) -> None:
    _tampered(shop, data)


@pytest.mark.slow
@given(data=st.data())
@examples(1500)
def test_what_is_right_but_for_a_field_or_two_at_length(shop: Shop, untouched: None, data: st.DataObject) -> None:
    _tampered(shop, data)


def test_a_right_body_for_every_route(shop: Shop, untouched: None) -> None:
    """The fuzzer starts from these, so they have to be right; a route more needs one."""
    assert shop.right.keys() == set(PATHS)
    refused = {path: shop.person.call("POST", path, body).status_code for path, body in shop.right.items() if path not in LATE}
    assert set(refused.values()) == {200}, refused


LATE = {"/create-checkout-session", "/update-subscription", "/create-preview-invoice"}
"""Refused to a subscriber, or not the same a second time."""
