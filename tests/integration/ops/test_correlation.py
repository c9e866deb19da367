"""From a request's header to the log, to Stripe, to the row, to what `explain` shows; and the same from an event."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.stack import LocalStack
from tests.integration.ops.conftest import Ops
from tests.support.people import Person, Stripe

Json = dict[str, Any]


@pytest.fixture(scope="module")
def subscriber(stack: LocalStack) -> Person:
    person = Person(stack)
    person.subscribe("basic_monthly")
    return person


def lines(log_file: Path, **wanted: Any) -> list[Json]:
    """The functions' JSON lines that have these fields."""
    told: list[Json] = []
    for line in log_file.read_text().splitlines():
        _, _, text = line.partition(" | ")
        if text.startswith("{"):
            told.append(json.loads(text))
    return [each for each in told if wanted.items() <= each.items()]


def explained(ops: Ops, person: Person) -> dict[str, Json]:
    """What is stored of the person, by part."""
    told = ops("explain", person.email, "--json")
    assert told.returncode == 0, (told.stdout, told.stderr)
    return {fact["key"]: fact for fact in json.loads(told.stdout)["facts"]}


def test_a_request_is_followed_to_the_row_and_back(stack: LocalStack, subscriber: Person, log_file: Path, ops: Ops) -> None:
    subscription = subscriber.account()["subscription"]["id"]
    Stripe(stack).control("webhooks/hold")  # an event that is quicker than the answer would have the request look once more
    answer = subscriber.call("POST", "/cancel-subscription", {"subscriptionId": subscription, "when": "period_end"})
    assert answer.status_code == 200
    request = answer.headers["apigw-requestid"]

    # Its lines, and in them Stripe's own ids of what was asked on its behalf: Stripe has the same in its log.
    (made,) = lines(log_file, correlation_id=request, message="Stripe")
    asked = Stripe(stack).control("requests?limit=1000", method="GET")["requests"]
    (theirs,) = [each for each in asked if each["id"] == made["request"]]
    assert (theirs["method"], theirs["path"]) == ("POST", f"/v1/subscriptions/{subscription}")
    assert made["idempotencyKey"]
    assert made["function_name"].endswith("CancelSubscriptionFunction")
    assert made["user"]

    # The row, and what shows it.
    Stripe(stack).control("webhooks/release")
    Stripe(stack).settle()
    fact = explained(ops, subscriber)[f"subscription:{subscription}"]
    assert fact["source"] == f"request {request}"
    assert fact["stored"]["cancel_at_period_end"] is True
    assert f"request {request}" in ops("explain", subscriber.email).stdout

    # And the event that Stripe sent because of it names the request that it was.
    (arrived,) = lines(log_file, message="Event", type="customer.subscription.updated", request=made["request"])
    assert arrived["outcome"] == "confirmed"
    assert arrived["correlation_id"].startswith("evt_")


def test_an_event_is_followed_from_its_delivery_to_the_row(stack: LocalStack, log_file: Path, ops: Ops) -> None:
    person = Person(stack)
    account = person.subscribe("premium_monthly")
    facts = explained(ops, person)
    fact = facts[f"payment:{account['subscription']['id']}"]
    event = fact["event"]
    assert event["type"] == "invoice.paid"
    assert fact["source"] == event["id"]

    (delivery,) = Stripe(stack).control(f"webhooks/deliveries?event={event['id']}", method="GET")["deliveries"]
    assert (delivery["event"], delivery["status"]) == (event["id"], "delivered")
    (line,) = lines(log_file, correlation_id=event["id"], message="Event")
    assert (line["type"], line["outcome"]) == ("invoice.paid", "written")
    assert f"{event['id']} (invoice.paid)" in ops("explain", person.email).stdout


def test_what_reconcile_mended_names_its_run(stack: LocalStack, log_file: Path, ops: Ops) -> None:
    stripe = Stripe(stack)
    stack.invoke("ReconcileFunction", {})
    stripe.control("webhooks/faults", {"drop": 1.0})
    try:
        person = Person(stack)
        person.subscribe("basic_monthly")
        stack.invoke("ReconcileFunction", {"mode": "events"})
    finally:
        stripe.control("webhooks/faults", {})
    repaired = lines(log_file, message="Repaired")
    assert repaired
    run = repaired[-1]["correlation_id"]
    assert lines(log_file, message="Reconcile", correlation_id=run)
    sources = {fact["source"].split()[0] for fact in explained(ops, person).values()}
    assert all(source.startswith("evt_") for source in sources)


def test_nothing_of_an_earlier_invocation_is_left_in_a_line(stack: LocalStack, subscriber: Person, log_file: Path) -> None:
    """A process serves one request after another."""
    before = {line["correlation_id"] for line in lines(log_file) if "correlation_id" in line}
    answer = subscriber.call("POST", "/pay-invoice", {"invoiceId": "in_none"})
    assert answer.status_code == 404
    fresh = {line["correlation_id"] for line in lines(log_file) if "correlation_id" in line} - before
    assert fresh <= {answer.headers["apigw-requestid"]}
