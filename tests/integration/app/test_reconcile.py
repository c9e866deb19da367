"""Deliveries that never came, over the whole stack: the scheduled function heals them, and the operator's commands agree."""

import json
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.children import ROOT
from local.lambdas.environment import Endpoints, environment
from local.ports import Ports
from local.stack import LocalStack
from tests.support.people import Person, Stripe

pytestmark = pytest.mark.slow

Json = dict[str, Any]
MAX_CALLS = 30
"""Of a run: as few as the template lets it be, so that it takes several."""


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """A stack of its own: reconcile is everybody's."""
    parameters = {"ReconcileMaxCalls": str(MAX_CALLS), "ReconcileCallsPerSecond": "500"}
    with LocalStack(ports=Ports.free(), environment={}, parameters=parameters) as running:
        run(running)
        yield running


@pytest.fixture
def nothing_arrives(stack: LocalStack, stripe: Stripe) -> Iterator[None]:
    stripe.control("webhooks/faults", {"drop": 1.0})
    try:
        yield
    finally:
        stripe.control("webhooks/faults", {})


def run(stack: LocalStack, mode: str = "events") -> Json:
    result = stack.invoke("ReconcileFunction", {"mode": mode})
    assert not result.failed, result.payload
    return json.loads(result.payload)


def run_to_the_end(stack: LocalStack, mode: str = "events") -> list[Json]:
    """As often as the schedule would have to."""
    runs = [run(stack, mode)]
    while any(report["stopped"] for report in runs[-1].values()):
        assert len(runs) < 100, runs[-1]
        runs.append(run(stack))
    return runs


def ops(stack: LocalStack, *arguments: str, stderr: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """`python -m ops ...`, with what an operator sets."""
    function = next(each for each in stack.template.functions if each.logical_id == "ReconcileFunction")
    given = environment(function, endpoints=Endpoints(stack.aws_url, None), runtime_api="")
    theirs = ("AWS_ENDPOINT", "AWS_DEFAULT", "AWS_ACCESS", "AWS_SECRET", "AWS_SESSION", "STRIPE_", "STAGE", "TABLE_NAME", "PATH")
    kept = {name: value for name, value in given.items() if name.startswith(theirs)}
    command = [sys.executable, "-m", "ops", *arguments]
    return subprocess.run(command, env=kept, cwd=ROOT, text=True, check=False, stdout=subprocess.PIPE, stderr=stderr)


def user_of(stack: LocalStack, customer: str) -> str:
    key = {"pk": {"S": f"customer#{customer}"}}
    return stack.aws.call("dynamodb", "GetItem", TableName=table(stack), Key=key)["Item"]["user"]["S"]


def table(stack: LocalStack) -> str:
    return stack.template.functions[0].environment["TABLE_NAME"]


def assert_no_difference(stack: LocalStack, people: list[Person]) -> None:
    for person in people:
        told = ops(stack, "explain", person.email, "--json")
        assert told.returncode == 0, (told.stdout, told.stderr)
        assert json.loads(told.stdout)["differs"] is False


def buy(person: Person, stripe: Stripe, plan: str) -> str:
    """Without waiting for a webhook: the session."""
    person.post("/create-customer")
    session = person.post("/create-checkout-session", {"lookupKey": plan})["sessionId"]
    assert stripe.pay(session, "pm_card_visa").status_code == 200
    return session


@pytest.mark.usefixtures("nothing_arrives")
def test_what_never_arrived_heals_in_runs_that_are_cut(stack: LocalStack, stripe: Stripe) -> None:
    people = [Person(stack) for _ in range(12)]
    for number, person in enumerate(people):
        buy(person, stripe, "premium_monthly" if number % 2 else "basic_monthly")
    stripe.settle()
    assert all("subscription" not in person.account() for person in people)
    stripe.control("requests", method="DELETE")
    runs = run_to_the_end(stack)
    assert len(runs) > 2
    assert {each["events"]["stopped"] for each in runs[:-1]} == {"out of calls"}
    for number, person in enumerate(people):
        account = person.account()
        assert account["subscription"]["status"] == "active"
        assert account["features"] == (["basic_features", "extended_features"] if number % 2 else ["basic_features"])
        assert account["paymentMethod"]["last4"] == "4242"
    assert_no_difference(stack, people[::6])
    # Changed in the Dashboard, and nobody told.
    first, second, *_ = (person.account()["subscription"]["id"] for person in people)
    stripe.client.v1.subscriptions.cancel(first)
    stripe.client.v1.subscriptions.update(second, {"cancel_at_period_end": True})
    stripe.settle()
    run_to_the_end(stack)
    assert people[0].account()["subscription"]["status"] == "canceled"
    assert people[0].account()["features"] == []
    assert people[1].account()["subscription"]["cancelAt"]
    assert_no_difference(stack, people[:2])


@pytest.mark.usefixtures("nothing_arrives")
def test_a_rate_limit_is_waited_for(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    buy(person, stripe, "basic_monthly")
    stripe.settle()
    stripe.control("faults", {"kind": "status", "status": 429, "path": "/v1/*", "count": 1, "skip": 2})
    assert {report["skipped"] for each in run_to_the_end(stack) for report in each.values()} == {0}
    assert person.account()["subscription"]["status"] == "active"


def test_two_runs_do_not_meet(stack: LocalStack, stripe: Stripe) -> None:
    stripe.control("requests", method="DELETE")
    stripe.control("faults", {"kind": "slow", "seconds": 3, "path": "/v1/events"})
    slow: list[Json] = []
    first = threading.Thread(target=lambda: slow.append(run(stack)))
    first.start()
    while not stripe.control("requests", method="GET")["total"]:
        time.sleep(0.01)
    assert run(stack)["events"]["stopped"] == "another run is at it"
    first.join()
    assert slow[0]["events"]["stopped"] is None
    assert run(stack)["events"]["stopped"] is None


@pytest.mark.usefixtures("nothing_arrives")
def test_after_thirty_days_the_drift_scan_takes_over(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    buy(person, stripe, "premium_monthly")
    stripe.settle()
    run_to_the_end(stack)
    # Entitlements that no subscription tells of, and a cursor of long ago.
    update = {"TableName": table(stack), "ExpressionAttributeNames": {"#value": "value"}}
    customer = person.account()["customerId"]
    stack.aws.call(
        "dynamodb",
        "UpdateItem",
        Key={"pk": {"S": f"user#{user_of(stack, customer)}"}},
        UpdateExpression="SET parts.entitlements.#value = :value",
        ExpressionAttributeValues={":value": {"M": {"features": {"L": []}}}},
        **update,
    )
    long_ago = {"M": {"cursor": {"N": str(int(time.time()) - 31 * 86_400)}}}
    stack.aws.call(
        "dynamodb",
        "UpdateItem",
        TableName=table(stack),
        Key={"pk": {"S": "job#events"}},
        UpdateExpression="SET progress = :value",
        ExpressionAttributeValues={":value": long_ago},
    )
    assert person.account()["features"] == []
    runs = run_to_the_end(stack)
    assert sum(each["drift"]["repaired"] for each in runs if "drift" in each) >= 1
    assert person.account()["features"] == ["basic_features", "extended_features"]


@pytest.mark.usefixtures("nothing_arrives")
def test_the_operator_sees_why_and_repairs_it(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    buy(person, stripe, "basic_monthly")
    stripe.settle()
    before = ops(stack, "explain", person.email)
    assert before.returncode == 2
    assert "DIFFERS" in before.stdout
    repaired = ops(stack, "reconcile", "--drift", "--rate", "500", "--json")
    assert repaired.returncode == 0, repaired.stderr
    assert json.loads(repaired.stdout)["drift"]["stopped"] is None
    after = ops(stack, "explain", person.email)
    assert (after.returncode, after.stderr) == (0, "")
    assert "is active, its latest invoice paid: grants" in after.stdout
    for told in (before, repaired, after):
        assert "sk_test" not in told.stdout + told.stderr


def test_the_table_is_built_from_stripe(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    before = person.subscribe("premium_monthly")
    run_to_the_end(stack)
    for item in stack.aws.call("dynamodb", "Scan", TableName=table(stack))["Items"]:
        if item["pk"]["S"].startswith(("user#", "customer#")):
            stack.aws.call("dynamodb", "DeleteItem", TableName=table(stack), Key={"pk": item["pk"]})
    assert person.account() == {"otherSubscriptions": [], "features": []}
    terminal, screen = pty.openpty()
    shown: list[bytes] = []
    reader = threading.Thread(target=lambda: shown.extend(_read(terminal)))
    reader.start()
    built = ops(stack, "backfill", "--rate", "150", stderr=screen)
    os.close(screen)
    reader.join()
    assert built.returncode == 0, shown
    assert "customers" in built.stdout
    assert "calls/s" in b"".join(shown).decode()
    assert person.account() == before
    again = ops(stack, "backfill", "--rate", "500", "--json")
    assert (again.returncode, json.loads(again.stdout)["written"]) == (0, 0)


def _read(terminal: int) -> Iterator[bytes]:
    """What was written to a terminal, until its other side is closed."""
    while True:
        try:
            content = os.read(terminal, 4096)
        except OSError:
            return
        if not content:
            return
        yield content
