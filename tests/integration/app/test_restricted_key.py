"""The app needs a narrow key: a subscriber's whole life, and reconcile, with the permissions of docs/security.md and no other."""

from collections.abc import Iterator

import pytest
from stripe import StripeClient

from local.ports import Ports
from local.stack import LocalStack
from ops.deploy.permissions import FOR_FUNCTIONS, missing
from tests.support.people import Person, Stripe
from tests.support.permissions import documented, needed

NAMES = documented("functions")
PERMISSIONS = list(NAMES.values())
KEY = "rk_test_narrow"


@pytest.fixture
def narrow() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free(), environment={}) as stack:
        Stripe(stack).control("keys", {"key": KEY, "scopes": PERMISSIONS})
        stack.aws.call("ssm", "PutParameter", Name="/recur/dev/stripe/secret-key", Value=KEY, Type="SecureString", Overwrite=True)
        yield stack


def test_the_whole_life_of_a_subscriber_with_a_narrow_key(narrow: LocalStack) -> None:
    stripe = Stripe(narrow)
    stripe.control("requests", method="DELETE")
    person = Person(narrow)
    prices = {price["lookupKey"]: price["id"] for plan in person.get("/plans")["plans"] for price in plan["prices"]}
    person.post("/create-customer", {"name": "Ada"})
    session = person.post("/create-checkout-session", {"lookupKey": "basic_monthly"})["sessionId"]
    stripe.pay(session, "pm_card_visa")
    person.post("/settle-session", {"sessionId": session})
    stripe.settle()
    subscription = person.account()["subscription"]["id"]
    change = {"subscriptionId": subscription, "newPriceId": prices["premium_monthly"]}
    person.post("/create-preview-invoice", change)
    person.post("/update-subscription", change)
    invoices = person.get("/invoices")["invoices"]
    assert person.post("/pay-invoice", {"invoiceId": invoices[0]["id"]}) == {"status": "paid"}
    setup = person.post("/create-setup-session")["sessionId"]
    stripe.pay(setup, "pm_card_mastercard")
    stripe.settle()
    assert person.account()["paymentMethod"]["brand"] == "mastercard"
    person.post("/cancel-subscription", {"subscriptionId": subscription, "when": "period_end"})
    person.post("/resume-subscription", {"subscriptionId": subscription})
    narrow.invoke("ReconcileFunction", {})
    person.post("/cancel-subscription", {"subscriptionId": subscription})
    assert person.call("DELETE", "/account").status_code == 200
    stripe.settle()

    ours = [request for request in stripe.control("requests?limit=1000", method="GET")["requests"] if request["key"].endswith(KEY[-4:])]
    assert ours
    assert [request for request in ours if request["status"] in (401, 403)] == []
    assert needed(ours) == set(PERMISSIONS), "no permission is asked for that nothing needs"


def test_what_a_key_lacks_is_told_by_the_names_of_the_page(narrow: LocalStack) -> None:
    """`ops doctor` and `ops secrets set` ask the key itself; each permission on the page is one that they find missing."""
    stripe = Stripe(narrow)
    client = StripeClient(KEY, base_addresses={"api": stripe.base}, stripe_version=narrow.stripe.api_version)
    assert missing(client, FOR_FUNCTIONS) == []
    assert FOR_FUNCTIONS.keys() == NAMES.keys()
    for name, scope in NAMES.items():
        stripe.control("keys", {"key": KEY, "scopes": [each for each in PERMISSIONS if each != scope]})
        assert missing(client, FOR_FUNCTIONS) == [name]


def test_without_a_permission_it_is_our_error_not_the_users(narrow: LocalStack) -> None:
    stripe = Stripe(narrow)
    stripe.control("keys", {"key": KEY, "scopes": [each for each in PERMISSIONS if each != "customer_write"]})
    error = Person(narrow).post("/create-customer", status=500)["error"]
    assert error["code"] == "internal_error"
