"""The operator's commands over the whole stack, while it is used."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.stack import LocalStack
from tests.integration.ops.conftest import Ops
from tests.support.people import Person, Stripe
from tests.support.permissions import documented

Json = dict[str, Any]


@pytest.fixture(scope="module")
def subscriber(stack: LocalStack) -> Person:
    person = Person(stack)
    person.subscribe("basic_monthly")
    return person


class Traffic:
    """A card of the subscriber's is named anew, ten times a second: an event each, and the last one is what has to be stored."""

    def __init__(self, stripe: Stripe, customer: str) -> None:
        self._stripe, self._customer = stripe, customer
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.events = 0

    def _run(self) -> None:
        (method,) = self._stripe.client.v1.customers.payment_methods.list(self._customer).data
        while not self._over.wait(0.1):
            self.events += 1
            changed: Any = {"card": {"exp_month": 1 + self.events % 12, "exp_year": 2040}}
            self._stripe.client.v1.payment_methods.update(method.id, changed)

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def deliveries(stripe: Stripe, type_: str) -> dict[str, set[str]]:
    """By event: how its deliveries ended."""
    found: dict[str, set[str]] = {}
    for each in stripe.control("webhooks/deliveries?limit=10000", method="GET")["deliveries"]:
        if each["type"] == type_:
            found.setdefault(each["event"], set()).add(each["status"])
    return found


@pytest.mark.slow
def test_the_webhooks_secret_is_rotated_while_events_arrive(stack: LocalStack, subscriber: Person, ops: Ops) -> None:
    stripe = Stripe(stack)
    assert ops("webhooks").stdout.endswith("As it has to be.\n")
    (before,) = stripe.client.v1.webhook_endpoints.list().data
    with Traffic(stripe, subscriber.account()["customerId"]) as traffic:
        rotated = ops("secrets", "rotate")
        assert (rotated.returncode in (0, 2), rotated.stderr) == (True, "")
    stripe.settle()
    (after,) = stripe.client.v1.webhook_endpoints.list().data
    assert before.id != after.id
    assert "whsec_" not in rotated.stdout
    ended = deliveries(stripe, "payment_method.updated")
    assert len(ended) == traffic.events > 20
    assert [event for event, statuses in ended.items() if "delivered" not in statuses] == []
    assert ops("explain", subscriber.email).returncode == 0
    assert json.loads(ops("webhooks", "--json").stdout)["agrees"] is True


def test_a_new_key_is_in_use_without_a_deployment(stack: LocalStack, subscriber: Person, ops: Ops) -> None:
    stripe, renewed = Stripe(stack), "rk_" + "test_renewed"
    stripe.control("keys", {"key": renewed, "scopes": list(documented("functions").values())})
    stored = ops("secrets", "set", "stripe-key", "--stage", "dev", given=renewed + "\n")
    assert (stored.returncode, stored.stderr) == (0, "")
    assert renewed not in stored.stdout
    person = Person(stack)
    person.subscribe("basic_monthly")
    assert person.account()["subscription"]["status"] == "active"
    explained = ops("explain", person.email)
    assert explained.returncode == 0, explained.stderr
    asked = stripe.control("requests?limit=1000", method="GET")["requests"]
    assert {each["key"][-4:] for each in asked if each["method"] == "GET"} >= {renewed[-4:]}
    stack.aws.call("ssm", "PutParameter", Name="/recur/dev/stripe/secret-key", Value=stripe.key, Type="SecureString", Overwrite=True)


@pytest.fixture
def nothing_arrives(stack: LocalStack) -> Iterator[None]:
    stripe = Stripe(stack)
    stripe.control("webhooks/faults", {"drop": 1.0})
    try:
        yield
    finally:
        stripe.control("webhooks/faults", {})


@pytest.mark.usefixtures("nothing_arrives")
def test_what_never_arrived_is_replayed(stack: LocalStack, ops: Ops) -> None:
    person, stripe = Person(stack), Stripe(stack)
    begun = int(time.time()) - 1
    person.post("/create-customer")
    session = person.post("/create-checkout-session", {"lookupKey": "premium_monthly"})["sessionId"]
    stripe.pay(session, "pm_card_visa")
    assert "subscription" not in person.account()
    told = ops("doctor", "--json")
    assert "were given up" in " ".join(each["says"] for each in json.loads(told.stdout)["findings"] if each["subject"] == "deliveries")
    replayed = ops("replay", "--since", time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(begun)), "--rate", "200", "--json")
    assert (replayed.returncode, replayed.stderr) == (0, "")
    assert json.loads(replayed.stdout)["outcomes"]["written"] >= 4
    assert person.account()["subscription"]["lookupKey"] == "premium_monthly"
    assert ops("explain", person.email).returncode == 0


def test_doctor_over_the_whole_stack(stack: LocalStack, ops: Ops) -> None:
    stack.invoke("ReconcileFunction", {})
    told = ops("doctor", "--json")
    assert told.stderr == ""
    by_subject: dict[str, list[Json]] = {}
    for finding in json.loads(told.stdout)["findings"]:
        by_subject.setdefault(finding["subject"], []).append(finding)
    failed = {subject for subject, found in by_subject.items() if any(each["level"] == "fail" for each in found)}
    # What protects a table is not made on a laptop; all that the app itself needs is.
    assert failed <= {"table"}, told.stdout
    assert all(each["todo"] for found in by_subject.values() for each in found if each["level"] != "ok")


def test_an_environment_that_is_not_enough(ops: Ops) -> None:
    for changes, words in (
        ({"TABLE_NAME": ""}, "TABLE_NAME"),
        ({"WEBHOOK_URL": ""}, "WEBHOOK_URL"),
        ({"AWS_DEFAULT_REGION": ""}, "region"),
    ):
        told = ops("doctor", **changes)
        assert words in told.stderr + told.stdout
        assert "Traceback" not in told.stderr
