"""Two users: whatever one sends with the other's ids is the same 404 as for an id that does not exist, and Stripe never hears of it."""

from typing import Any

import pytest

from local.stack import LocalStack
from tests.support.people import Aws, Person, Stripe

Json = dict[str, Any]


@pytest.fixture(scope="module")
def owner(stack: LocalStack) -> tuple[Person, Json, str]:
    person = Person(stack)
    person.post("/create-customer")
    session = person.post("/create-checkout-session", {"lookupKey": "basic_monthly"})["sessionId"]
    stripe = Stripe(stack)
    stripe.pay(session, "pm_card_visa")
    stripe.settle()
    return person, person.account(), session


@pytest.fixture(scope="module")
def stranger(stack: LocalStack) -> Person:
    person = Person(stack)
    person.subscribe("basic_monthly")
    return person


def _attempts(account: Json, session: str, invoice: str, other_price: str) -> dict[str, tuple[str, str, Json | None]]:
    subscription, card = account["subscription"]["id"], account["paymentMethod"]["id"]
    return {
        "session-status": ("GET", f"/session-status?session_id={session}", None),
        "settle": ("POST", "/settle-session", {"sessionId": session}),
        "pay": ("POST", "/pay-invoice", {"invoiceId": invoice}),
        "preview": ("POST", "/create-preview-invoice", {"subscriptionId": subscription, "newPriceId": other_price}),
        "update": ("POST", "/update-subscription", {"subscriptionId": subscription, "newPriceId": other_price}),
        "cancel": ("POST", "/cancel-subscription", {"subscriptionId": subscription}),
        "cancel later": ("POST", "/cancel-subscription", {"subscriptionId": subscription, "when": "period_end"}),
        "resume": ("POST", "/resume-subscription", {"subscriptionId": subscription}),
        "payment method": ("POST", "/retrieve-customer-payment-method", {"paymentMethodId": card}),
    }


def test_another_users_ids_are_404_and_cost_no_call_to_stripe(owner: tuple[Person, Json, str], stranger: Person, stripe: Stripe) -> None:
    premium = next(p["id"] for plan in stranger.get("/plans")["plans"] for p in plan["prices"] if p["lookupKey"] == "premium_monthly")
    _, account, session = owner
    invoice = stripe.client.v1.invoices.list({"customer": account["customerId"]}).data[0].id
    stripe.settle()
    stripe.control("requests", method="DELETE")
    missing = {
        name: (
            method,
            path.replace(session, "cs_missing"),
            body and {key: "missing" if key != "newPriceId" and key != "when" else value for key, value in body.items()},
        )
        for name, (method, path, body) in _attempts(account, session, invoice, premium).items()
    }
    for name, (method, path, body) in _attempts(account, session, invoice, premium).items():
        foreign = stranger.call(method, path, body)
        absent = stranger.call(*missing[name])
        assert foreign.status_code == 404, (name, foreign.text)
        assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json()), name
    assert stripe.control("requests", method="GET")["requests"] == []


def test_the_preview_refuses_another_users_customer(owner: tuple[Person, Json, str], stranger: Person) -> None:
    person, account, _ = owner
    premium = next(p["id"] for plan in person.get("/plans")["plans"] for p in plan["prices"] if p["lookupKey"] == "premium_monthly")
    body = {"subscriptionId": account["subscription"]["id"], "newPriceId": premium}
    person.post("/create-preview-invoice", body | {"customerId": account["customerId"]})
    person.post("/create-preview-invoice", body | {"customerId": stranger.account()["customerId"]}, status=404)


def test_while_a_session_is_being_made_the_empty_id_is_nobodys(stack: LocalStack, stripe: Stripe) -> None:
    """It is in the claim then. Stripe's answer to it would be everybody's sessions."""
    person = Person(stack)
    person.post("/create-customer")
    person.post("/create-checkout-session", {"lookupKey": "basic_monthly"})
    Aws(stack).unname_session(person)
    stripe.settle()
    stripe.control("requests", method="DELETE")
    person.post("/settle-session", {"sessionId": ""}, status=404)
    person.get("/session-status?session_id=", status=400)
    assert stripe.control("requests", method="GET")["requests"] == []
