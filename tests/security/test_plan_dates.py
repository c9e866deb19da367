"""Every second of a period has its price at a change of plan. The browser names the preview's second, and no other."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.ports import Ports
from local.stack import LocalStack
from tests.support.people import Person, Stripe

Json = dict[str, Any]
DAY = 86_400


@pytest.fixture(scope="module")
def own_stack() -> Iterator[LocalStack]:
    """Of this module's own: it moves Stripe's clock."""
    with LocalStack(ports=Ports.free(), environment={}) as stack:
        yield stack


def change_to(person: Person, plan: str) -> Json:
    prices = {price["lookupKey"]: price["id"] for each in person.get("/plans")["plans"] for price in each["prices"]}
    return {"subscriptionId": person.account()["subscription"]["id"], "newPriceId": prices[plan]}


def tried(person: Person, change: Json, date: int) -> requests.Response:
    return person.call("POST", "/update-subscription", change | {"prorationDate": date})


def refused(answer: requests.Response) -> bool:
    return (answer.status_code, answer.json()["error"]["code"]) == (409, "preview_expired")


def test_an_upgrade_is_not_dated_to_when_it_costs_nothing(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    account = person.subscribe("basic_monthly")
    end = account["subscription"]["currentPeriodEnd"]
    change = change_to(person, "premium_monthly")
    for date in (end - 1, end, end + DAY, int(time.time()) + 3600, int(time.time()) - 3600, 0):
        assert refused(tried(person, change, date)), date
    stripe.settle()
    invoices = stripe.client.v1.invoices.list({"customer": account["customerId"]}).data
    assert [invoice.amount_due for invoice in invoices] == [500]
    assert person.account()["subscription"]["lookupKey"] == "basic_monthly"


def test_a_downgrade_is_not_dated_to_when_nothing_was_used(own_stack: LocalStack) -> None:
    """Ten days on, by Stripe's clock: the preview's second still counts, and the period's first does not."""
    stripe, person = Stripe(own_stack), Person(own_stack)
    began = int(time.time())
    person.subscribe("premium_monthly")
    stripe.control("clock", {"advance_seconds": 10 * DAY})
    stripe.settle()
    change = change_to(person, "basic_monthly")
    preview = person.post("/create-preview-invoice", change)
    assert preview["prorationDate"] - began >= 10 * DAY
    assert refused(tried(person, change, began + 2 * DAY))
    assert refused(tried(person, change, preview["prorationDate"] + 5 * DAY))
    assert tried(person, change, preview["prorationDate"]).status_code == 200


def test_a_preview_from_before_the_renewal_is_too_old(own_stack: LocalStack) -> None:
    stripe, person = Stripe(own_stack), Person(own_stack)
    person.subscribe("basic_monthly")
    change = change_to(person, "premium_monthly")
    preview = person.post("/create-preview-invoice", change)
    stripe.control("clock", {"advance_seconds": 32 * DAY})
    stripe.settle()
    assert refused(tried(person, change, preview["prorationDate"]))
