"""Stripe and DynamoDB fail under each endpoint: nothing is lost or charged twice, and what the browser is told is true.

Each endpoint is tried while no event arrives, so that nothing but the repeated request itself can put it right. In the end Stripe
must have exactly what it has for somebody who met no fault, and the account must show it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
import requests

from local.stack import LocalStack
from tests.support.people import Aws, Person, Stripe

Json = dict[str, Any]
ATTEMPTS = 4
"""How often the user tries again."""


@dataclass(frozen=True)
class Scene:
    """One person, before the request in question."""

    person: Person
    stripe: Stripe
    prices: dict[str, str]
    account: Json
    found: Json = field(default_factory=dict)
    """What the scene's preparation left for the request."""

    @property
    def subscription(self) -> str:
        return self.account["subscription"]["id"]


def _subscribed(scene: Scene, plan: str = "basic_monthly") -> Scene:
    return Scene(scene.person, scene.stripe, scene.prices, scene.person.subscribe(plan))


def _basic(scene: Scene) -> Scene:
    return _subscribed(scene)


def _premium(scene: Scene) -> Scene:
    return _subscribed(scene, "premium_monthly")


def _customer(scene: Scene) -> Scene:
    scene.person.post("/create-customer")
    return scene


def _canceling(scene: Scene) -> Scene:
    scene = _basic(scene)
    scene.person.post("/cancel-subscription", {"subscriptionId": scene.subscription, "when": "period_end"})
    return scene


def _owing(scene: Scene) -> Scene:
    """An upgrade was declined for want of money, and a good card is now the one that is charged."""
    scene = _basic(scene)
    client, customer = scene.stripe.client, scene.account["customerId"]
    broke = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    client.v1.subscriptions.update(scene.subscription, {"default_payment_method": broke.id})
    scene.stripe.settle()
    scene.person.post("/update-subscription", {"subscriptionId": scene.subscription, "newPriceId": scene.prices["premium_monthly"]})
    good = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    client.v1.subscriptions.update(scene.subscription, {"default_payment_method": good.id})
    scene.stripe.settle()
    invoice = client.v1.subscriptions.retrieve(scene.subscription).latest_invoice
    return Scene(scene.person, scene.stripe, scene.prices, scene.person.account(), {"invoice": invoice})


def _change(scene: Scene, plan: str) -> Json:
    return {"subscriptionId": scene.subscription, "newPriceId": scene.prices[plan]}


@dataclass(frozen=True)
class Case:
    prepare: Callable[[Scene], Scene]
    path: str
    body: Callable[[Scene], Json]
    over: str | None = None
    """The 4xx code that tells who repeats the request that it was done."""


CASES: dict[str, Case] = {
    "customer": Case(lambda scene: scene, "/create-customer", lambda _: {"name": "Ada"}),
    "checkout": Case(_customer, "/create-checkout-session", lambda _: {"lookupKey": "basic_monthly"}),
    "first checkout": Case(lambda scene: scene, "/create-checkout-session", lambda _: {"lookupKey": "basic_monthly"}),
    "preview": Case(_basic, "/create-preview-invoice", lambda scene: _change(scene, "premium_monthly")),
    "upgrade": Case(_basic, "/update-subscription", lambda scene: _change(scene, "premium_monthly"), over="same_plan"),
    "downgrade": Case(_premium, "/update-subscription", lambda scene: _change(scene, "basic_monthly"), over="same_plan"),
    "cancel now": Case(_basic, "/cancel-subscription", lambda scene: {"subscriptionId": scene.subscription}, over="subscription_ended"),
    "cancel later": Case(_basic, "/cancel-subscription", lambda scene: {"subscriptionId": scene.subscription, "when": "period_end"}),
    "resume": Case(_canceling, "/resume-subscription", lambda scene: {"subscriptionId": scene.subscription}),
    "setup session": Case(_basic, "/create-setup-session", lambda _: {}),
    "pay invoice": Case(_owing, "/pay-invoice", lambda scene: {"invoiceId": scene.found["invoice"]}),
}

STRIPE_FAULTS: dict[str, Json] = {
    "429": {"kind": "status", "status": 429},
    "500": {"kind": "status", "status": 500},
    "time-out after success": {"kind": "timeout", "seconds": 0.05},
    "connection reset": {"kind": "reset"},
}
QUICK = "time-out after success"
"""The worst one, and the only one that `make test` tries."""
TABLE_FAULTS: dict[str, Json] = {
    "reads throttled": {"operation": "dynamodb.GetItem", "status": 400, "code": "ProvisionedThroughputExceededException"},
    "writes throttled": {"operation": "dynamodb.UpdateItem", "status": 400, "code": "ThrottlingException"},
    "500 after the write": {"operation": "dynamodb.UpdateItem", "status": 500, "code": "InternalServerError", "after_work": True},
}
PERSISTENT = 50
"""More calls than any request makes, retries included."""


# ------------------------------------------------------------------------------------------------ what Stripe has


def figures(stripe: Stripe, email: str) -> Json:
    """What is counted of a person in Stripe. Amounts are left out where they depend on the second."""
    client = stripe.client
    customers = client.v1.customers.list({"email": email, "limit": 100}).data
    counted: Json = {"customers": len(customers)}
    for customer in customers:
        named: Any = {"customer": customer.id, "limit": 100}
        subscriptions = client.v1.subscriptions.list(named | {"status": "all"}).data
        invoices = client.v1.invoices.list(named).data
        charges = client.v1.charges.list(named).data
        sessions = client.v1.checkout.sessions.list(named).data
        paid = sum(invoice.amount_paid for invoice in invoices)
        assert paid == sum(charge.amount for charge in charges if charge.status == "succeeded"), "every charge is some invoice's, once"
        counted |= {
            "subscriptions": [
                (each.status, each["items"].data[0].price.lookup_key, each.cancel_at_period_end, bool(each.pending_update))
                for each in subscriptions
            ],
            "invoices": sorted((str(invoice.status), str(invoice.billing_reason), invoice.amount_paid > 0) for invoice in invoices),
            "charges": sorted(charge.status for charge in charges),
            "sessions": sorted(str(each.status) for each in sessions if each.mode == "subscription"),
        }
    return counted


def shown(account: Json) -> Json:
    """The account without what differs from person to person, and from second to second."""
    subscription = dict(account.get("subscription") or {})
    for name in ("id", "currentPeriodEnd", "cancelAt", "nextCharge"):
        subscription.pop(name, None)
    card = {name: value for name, value in account.get("paymentMethod", {}).items() if name != "id"}
    return {"subscription": subscription, "paymentMethod": card, "features": account["features"], "others": account["otherSubscriptions"]}


# ------------------------------------------------------------------------------------------------ the stages of a test


@pytest.fixture
def aws(stack: LocalStack) -> Aws:
    return Aws(stack)


@pytest.fixture(scope="module")
def prices(stack: LocalStack) -> dict[str, str]:
    plans = requests.get(f"{stack.api_url}/plans", timeout=60).json()["plans"]
    return {price["lookupKey"]: price["id"] for plan in plans for price in plan["prices"]}


@pytest.fixture
def calm(stripe: Stripe, aws: Aws) -> Iterator[Callable[[], None]]:
    """Ends all faults; also at the test's end, whatever happened."""

    def end() -> None:
        stripe.control("faults", method="DELETE")
        aws.control("faults", method="DELETE")

    yield end
    end()
    stripe.control("webhooks/release")
    stripe.settle()


@pytest.fixture(scope="module")
def undisturbed(stack: LocalStack, prices: dict[str, str]) -> Callable[[str], tuple[Json, Json]]:
    """What Stripe has and the account shows after a case without faults; tried once a case."""

    @cache
    def try_out(name: str) -> tuple[Json, Json]:
        stripe, case = Stripe(stack), CASES[name]
        scene = case.prepare(Scene(Person(stack), stripe, prices, {}))
        scene.person.post(case.path, case.body(scene))
        stripe.settle()
        return figures(stripe, scene.person.email), shown(scene.person.account())

    return try_out


def brought_to_its_end(case: Case, scene: Scene, calm: Callable[[], None]) -> None:
    """The request under a fault, and again after it as a person would: a 5xx may be repeated until it is done."""
    first = scene.person.call("POST", case.path, case.body(scene))
    calm()
    assert first.status_code in (200, 503), first.text
    if first.status_code == 200:
        return
    assert first.json()["error"]["code"] in ("try_again", "stripe_unavailable")
    for _ in range(ATTEMPTS):
        answer = scene.person.call("POST", case.path, case.body(scene))
        if answer.status_code == 200:
            return
        if answer.json()["error"]["code"] == case.over:
            return
        assert answer.status_code == 503, answer.text
    raise AssertionError(f"still not done after {ATTEMPTS} more attempts")


def tried(name: str, fault: Callable[[], object], stack: LocalStack, prices: dict[str, str], calm: Callable[[], None]) -> tuple[Json, Json]:
    stripe, case = Stripe(stack), CASES[name]
    scene = case.prepare(Scene(Person(stack), stripe, prices, {}))
    stripe.control("webhooks/hold")
    fault()
    brought_to_its_end(case, scene, calm)
    stripe.control("webhooks/release")
    stripe.settle()
    return figures(stripe, scene.person.email), shown(scene.person.account())


@pytest.mark.slow
@pytest.mark.parametrize("fault", STRIPE_FAULTS)
@pytest.mark.parametrize("name", CASES)
def test_stripe_fails_until_the_request_gives_up(
    name: str,
    fault: str,
    stack: LocalStack,
    stripe: Stripe,
    prices: dict[str, str],
    calm: Callable[[], None],
    undisturbed: Callable[[str], tuple[Json, Json]],
) -> None:
    wanted = undisturbed(name)
    given = STRIPE_FAULTS[fault] | {"path": "/v1/*", "count": PERSISTENT}
    assert tried(name, lambda: stripe.control("faults", given), stack, prices, calm) == wanted


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=() if fault == QUICK else pytest.mark.slow) for fault in STRIPE_FAULTS if fault != "429"]
)
@pytest.mark.parametrize("name", CASES)
def test_stripe_fails_once(
    name: str,
    fault: str,
    stack: LocalStack,
    stripe: Stripe,
    prices: dict[str, str],
    calm: Callable[[], None],
    undisturbed: Callable[[str], tuple[Json, Json]],
) -> None:
    """The SDK repeats the call under the same key; the user notices nothing."""
    wanted = undisturbed(name)
    case = CASES[name]
    scene = case.prepare(Scene(Person(stack), stripe, prices, {}))
    stripe.control("faults", STRIPE_FAULTS[fault] | {"path": "/v1/*"})
    answer = scene.person.call("POST", case.path, case.body(scene))
    assert answer.status_code == 200, answer.text
    stripe.settle()
    assert (figures(stripe, scene.person.email), shown(scene.person.account())) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("fault", TABLE_FAULTS)
@pytest.mark.parametrize("name", CASES)
def test_the_table_fails_until_the_request_gives_up(
    name: str,
    fault: str,
    stack: LocalStack,
    aws: Aws,
    prices: dict[str, str],
    calm: Callable[[], None],
    undisturbed: Callable[[str], tuple[Json, Json]],
) -> None:
    wanted = undisturbed(name)
    assert tried(name, lambda: aws.control("faults", TABLE_FAULTS[fault] | {"count": PERSISTENT}), stack, prices, calm) == wanted


DONE_ALL_THE_SAME = ["upgrade", "downgrade", "cancel now", "cancel later", "resume", "pay invoice"]


@pytest.mark.parametrize("name", DONE_ALL_THE_SAME)
def test_what_is_done_in_stripe_is_not_called_failed_because_the_table_is(
    name: str,
    stack: LocalStack,
    stripe: Stripe,
    aws: Aws,
    prices: dict[str, str],
    calm: Callable[[], None],
    undisturbed: Callable[[str], tuple[Json, Json]],
) -> None:
    """The user is read once, then no more: neither the answer of Stripe's can be stored nor anything of theirs be looked at.

    The catalogue is not theirs: it may be due to be read again just now, before anything is done in Stripe.
    """
    wanted, case = undisturbed(name), CASES[name]
    scene = case.prepare(Scene(Person(stack), stripe, prices, {}))
    stripe.settle()  # an event of the preparation that is still on its way would use up the one read
    stripe.control("webhooks/hold")
    fault = {"operation": "dynamodb.*", "key": "user#", "status": 500, "code": "InternalServerError"}
    aws.control("faults", fault | {"skip": 1, "count": PERSISTENT})
    answer = scene.person.call("POST", case.path, case.body(scene))
    calm()
    assert answer.status_code == 200, answer.text
    stripe.control("webhooks/release")
    stripe.settle()
    assert (figures(stripe, scene.person.email), shown(scene.person.account())) == wanted


# ------------------------------------------------------------------------------------------------ the webhook


def test_an_event_that_cannot_be_stored_is_sent_again_until_it_is(
    stack: LocalStack, stripe: Stripe, aws: Aws, calm: Callable[[], None]
) -> None:
    """DynamoDB refuses every write of the first deliveries."""
    person = Person(stack)
    person.post("/create-customer")
    session = person.post("/create-checkout-session", {"lookupKey": "premium_monthly"})["sessionId"]
    stripe.control("webhooks/policy", {"attempts": 8, "backoff": 0.2})
    try:
        aws.control("faults", {"operation": "dynamodb.UpdateItem", "status": 400, "code": "ThrottlingException", "count": 9})
        stripe.pay(session, "pm_card_visa")
        stripe.settle()
    finally:
        stripe.control("webhooks/policy", {"attempts": 3, "backoff": 0.5})
    attempts = [each["status"] for row in stripe.control("webhooks/deliveries", method="GET")["deliveries"] for each in row["attempts"]]
    assert 500 in attempts
    account = person.account()
    assert (account["subscription"]["status"], account["subscription"]["paymentStatus"]) == ("active", "paid")
    assert (account["paymentMethod"]["last4"], account["features"]) == ("4242", ["basic_features", "extended_features"])
