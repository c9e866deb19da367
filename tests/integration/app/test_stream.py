"""What the rest of the system hears of a subscriber's life: from Stripe's webhook over the table's stream to the event bus."""

import json
from typing import Any

from local.stack import LocalStack
from tests.support.people import Person, Stripe

Json = dict[str, Any]


def heard(stack: LocalStack, customer: str, until: str) -> list[Json]:
    """All that was said of a customer, once an event of this type has been among it."""
    stack.bus.wait_for(lambda event: event.detail["customer"] == customer and event.detail_type == until)
    return [event.detail for event in stack.bus.events if event.detail["customer"] == customer]


def said(events: list[Json], name: str) -> list[tuple[str, Any, Any]]:
    """Type, and what it was before and after, of those that tell of a field."""
    return [
        (event["type"], event["old"] and event["old"][name], event["new"] and event["new"][name])
        for event in events
        if name in (event["new"] or event["old"])
    ]


def test_a_subscribers_life(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    prices = {price["lookupKey"]: price["id"] for plan in person.get("/plans")["plans"] for price in plan["prices"]}
    account = person.subscribe("basic_monthly")
    customer, subscription = account["customerId"], account["subscription"]["id"]
    heard(stack, customer, "subscription.activated")
    person.post("/update-subscription", {"subscriptionId": subscription, "newPriceId": prices["premium_monthly"]})
    stripe.settle()
    person.post("/cancel-subscription", {"subscriptionId": subscription, "when": "period_end"})
    person.post("/resume-subscription", {"subscriptionId": subscription})
    person.post("/cancel-subscription", {"subscriptionId": subscription})
    stripe.settle()
    stack.bus.wait_for(lambda event: event.detail["customer"] == customer and event.detail["new"] == {"features": []})
    events = heard(stack, customer, "subscription.ended")

    end = account["subscription"]["currentPeriodEnd"]
    lives = [(kind, before, after) for kind, before, after in said(events, "lookupKey") if before != after]
    assert lives == [
        ("subscription.activated", None, "basic_monthly"),
        ("subscription.changed", "basic_monthly", "premium_monthly"),
    ]
    cancelling = [
        (kind, before, after) for kind, before, after in said(events, "cancelAt") if kind == "subscription.changed" and before != after
    ]
    assert cancelling == [("subscription.changed", None, end), ("subscription.changed", end, None)]
    assert said(events, "status")[-1] == ("subscription.ended", "active", "canceled")
    features = said(events, "features")
    assert features == [
        ("entitlements.changed", [], ["basic_features"]),
        ("entitlements.changed", ["basic_features"], ["basic_features", "extended_features"]),
        ("entitlements.changed", ["basic_features", "extended_features"], []),
    ]
    # One thing happened, and one event tells of it: nothing is said of the versions that Stripe's own events moved.
    assert len(events) == len(lives) + len(cancelling) + 1 + len(features)
    assert all(event["subscription"] == subscription for event in events if event["type"].startswith("subscription."))


def test_what_is_delivered_twice_is_told_once(stack: LocalStack, stripe: Stripe) -> None:
    stripe.control("webhooks/faults", {"duplicate": 1.0, "reorder": True, "seed": 3})
    try:
        person = Person(stack)
        account = person.subscribe("premium_monthly")
    finally:
        stripe.control("webhooks/faults", {})
    person.post("/cancel-subscription", {"subscriptionId": account["subscription"]["id"]})
    events = heard(stack, account["customerId"], "subscription.ended")
    assert sorted(event["type"] for event in events) == ["entitlements.changed", "subscription.activated", "subscription.ended"]
    assert len({event["id"] for event in events}) == len(events)


def test_events_name_ids_and_no_person(stack: LocalStack) -> None:
    person = Person(stack)
    account = person.subscribe("basic_monthly")
    event = heard(stack, account["customerId"], "subscription.activated")[0]
    [user] = {each["user"] for each in heard(stack, account["customerId"], "entitlements.changed")}
    assert event["user"] == user
    text = json.dumps(heard(stack, account["customerId"], "entitlements.changed"))
    assert not [personal for personal in (person.email, "4242", "visa", "pm_") if personal in text]


def test_the_envelope_is_what_a_rule_matches_on(stack: LocalStack) -> None:
    account = Person(stack).subscribe("basic_monthly")
    event = stack.bus.wait_for(lambda event: event.detail["customer"] == account["customerId"])
    assert (event.bus, event.source, event.detail_type) == ("recur-local-EventBus", "recur", "subscription.activated")
    assert event.time == event.detail["time"]
    assert stack.bus.dead_letters == []
