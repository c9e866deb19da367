"""What the rest of the system is told, from two images of an item: a table of changes, and what holds for all of them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

import stream_enrichment
from billing import changes, snapshots
from billing.errors import Misconfigured
from billing.state.items import user_pk
from billing.state.parts import Part
from tests.support import events

Json = dict[str, Any]
AT = 1_700_000_000
SUBSCRIPTION = "subscription:sub_1"


def subscription(**given: Any) -> Json:
    """A subscription as it is stored."""
    value = snapshots.subscription(events.subscription(**given), 0, 0, "").value
    assert value
    return value


def features(*keys: str) -> Json:
    return {"features": sorted(keys)}


def image(parts: Mapping[str, Json | None] | None, **given: Any) -> Json:
    """An item in DynamoDB's JSON, made by another hand than the one that reads it. `given` is what a part has beside its value."""
    written = {"lo": 1, "hi": 2, "version": "v", "source": "evt_1", **given}
    item: Json = {"pk": user_pk("u1"), "customer": "cus_1", "customer_claimed_at": 1}
    if parts is not None:
        item["parts"] = {key: asdict(Part(value=value, **written)) for key, value in parts.items()}
    serialize: Any = TypeSerializer().serialize
    return serialize(item)["M"]


def told(old: Json | None, new: Json | None) -> list[Json]:
    return changes.events_between(old, new, "record1", AT)


def of_one(key: str, old: Json | None, new: Json | None) -> list[str]:
    """The types told when one part goes from a value to another; None: it is not there."""
    before, after = (image({} if value is None else {key: value}) for value in (old, new))
    return [event["type"] for event in told(before, after)]


BASIC = subscription()
OTHER_PRICE = events.subscription()["items"]["data"][0]["price"] | {"id": "price_premium", "lookup_key": "premium_monthly"}


def item(**given: Any) -> Json:
    return {"data": [events.subscription()["items"]["data"][0] | given]}


STATUSES = ["trialing", "active", "past_due", "unpaid", "incomplete", "paused", "canceled", "incomplete_expired", "from_the_future"]
A, P, E, C = changes.ACTIVATED, changes.PAST_DUE, changes.ENDED, changes.CHANGED
BY_STATUS = {
    # until then:     trialing active past_due unpaid incomplete paused canceled expired unknown   <- now
    None: [A, A, P, C, C, C, None, None, C],
    "incomplete": [A, A, P, C, None, C, E, E, C],
    "trialing": [None, C, P, C, C, C, E, E, C],
    "active": [C, None, P, C, C, C, E, E, C],
    "past_due": [C, C, None, C, C, C, E, E, C],
    "unpaid": [C, C, P, None, C, C, E, E, C],
    "paused": [C, C, P, C, C, None, E, E, C],
    "canceled": [C, C, P, C, C, C, None, None, C],
}


@pytest.mark.parametrize("before", BY_STATUS)
def test_each_change_of_status_has_its_type(before: str | None) -> None:
    old = subscription(status=before) if before else None
    for now, expected in zip(STATUSES, BY_STATUS[before], strict=True):
        assert of_one(SUBSCRIPTION, old, subscription(status=now)) == ([expected] if expected else []), (before, now)


CHANGES = {
    "another plan": {"items": item(price=OTHER_PRICE)},
    "another quantity": {"items": item(quantity=2)},
    "a renewal": {"items": item(current_period_start=2000, current_period_end=3000)},
    "an end at the period's": {"cancel_at_period_end": True},
    "an end at a date": {"cancel_at": 1500},
    "a longer trial": {"trial_end": 1700},
    "collection paused": {"pause_collection": {"behavior": "void"}},
    "a plan change that waits": {"pending_update": {"subscription_items": [{"price": "price_premium"}], "expires_at": 1800}},
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_told_of_a_live_subscription_is_told_when_it_changes(change: str) -> None:
    changed = subscription(**CHANGES[change])
    assert of_one(SUBSCRIPTION, BASIC, changed) == [C]
    assert of_one(SUBSCRIPTION, changed, BASIC) == [C]
    ended = subscription(status="canceled", **CHANGES[change])
    assert of_one(SUBSCRIPTION, subscription(status="canceled"), ended) == []


def test_what_it_is_paid_with_and_which_invoice_is_the_latest_say_nothing() -> None:
    assert of_one(SUBSCRIPTION, BASIC, subscription(default_payment_method="pm_2", latest_invoice="in_2")) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("payment:sub_1", {"invoice": "in_1", "status": "failed"}),
        ("payment_method:pm_1", {"id": "pm_1", "type": "card", "brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2030}),
        ("customer", {"payment_method": "pm_1"}),
    ],
)
def test_other_parts_say_nothing(key: str, value: Json) -> None:
    assert of_one(key, None, value) == of_one(key, value, None) == []


def test_entitlements_are_told_when_the_features_differ() -> None:
    basic, both = features("basic_features"), features("basic_features", "extended_features")
    assert of_one("entitlements", basic, both) == [changes.ENTITLEMENTS_CHANGED]
    assert of_one("entitlements", None, basic) == [changes.ENTITLEMENTS_CHANGED]
    assert of_one("entitlements", None, features()) == []
    assert of_one("entitlements", basic, features("basic_features")) == []


def test_an_event_says_who_what_before_and_after() -> None:
    [event] = told(image({SUBSCRIPTION: BASIC}), image({SUBSCRIPTION: subscription(status="past_due")}))
    shown = {
        "status": "active",
        "productId": "prod_basic",
        "priceId": "price_basic",
        "lookupKey": "basic_monthly",
        "quantity": 1,
        "currentPeriodStart": 1000,
        "currentPeriodEnd": 2000,
        "cancelAt": None,
        "trialEnd": None,
        "paused": False,
        "pendingPriceId": None,
    }
    assert event == {
        "id": "record1/subscription:sub_1/subscription.past_due",
        "type": "subscription.past_due",
        "time": "2023-11-14T22:13:20+00:00",
        "user": "u1",
        "customer": "cus_1",
        "cause": "evt_1",
        "subscription": "sub_1",
        "old": shown,
        "new": shown | {"status": "past_due"},
    }


def test_each_says_what_wrote_it_and_one_that_went_with_its_item_does_not() -> None:
    by_sweep = image({SUBSCRIPTION: subscription(status="past_due")}, source="evt_2 reconciled (fetched)")
    assert [event["cause"] for event in told(image({SUBSCRIPTION: BASIC}), by_sweep)] == ["evt_2 reconciled (fetched)"]
    assert [event["cause"] for event in told(image({SUBSCRIPTION: BASIC}), None)] == [None]


def test_entitlements_name_the_features_before_and_after() -> None:
    [event] = told(None, image({"entitlements": features("basic_features")}))
    assert (event["old"], event["new"]) == ({"features": []}, {"features": ["basic_features"]})
    assert "subscription" not in event


@pytest.mark.parametrize("gone", [None, image(None), image({}), image({SUBSCRIPTION: None, "entitlements": None})])
def test_a_user_who_is_gone_has_nothing_any_more(gone: Json | None) -> None:
    """Removed (the customer was deleted in Stripe), or a tombstone (the user was)."""
    before = image({SUBSCRIPTION: BASIC, "subscription:sub_0": subscription(status="canceled"), "entitlements": features("a")})
    assert [(event["type"], event["customer"]) for event in told(before, gone)] == [
        (changes.ENTITLEMENTS_CHANGED, "cus_1"),
        (changes.ENDED, "cus_1"),
    ]
    assert [event["new"] for event in told(before, gone)] == [{"features": []}, None]


@pytest.mark.parametrize("pk", ["customer#cus_1", "catalogue"])
def test_items_that_are_no_users_say_nothing(pk: str) -> None:
    other = image({SUBSCRIPTION: BASIC}) | {"pk": {"S": pk}}
    assert told(None, other) == told(other, None) == []


def test_a_tombstone_that_expires_says_nothing() -> None:
    tombstone = {"pk": {"S": user_pk("u1")}, "deleted_at": {"N": "1"}, "expires_at": {"N": "2"}}
    assert told(tombstone, None) == []


# ------------------------------------------------------------------------------------------------ what always holds

values = st.fixed_dictionaries(
    {},
    optional={
        SUBSCRIPTION: st.sampled_from([subscription(status=status, cancel_at=at) for status in STATUSES for at in (None, 1500)]),
        "subscription:sub_2": st.sampled_from([subscription(id="sub_2", status=status) for status in STATUSES]),
        "entitlements": st.lists(st.sampled_from(["basic_features", "extended_features"]), unique=True).map(lambda keys: features(*keys)),
        "payment_method:pm_1": st.none(),
    },
)
numbers = st.integers(-(2**40), 2**40)
touches = st.fixed_dictionaries(
    {"lo": numbers, "hi": numbers, "version": st.text(), "source": st.text(), "final": st.booleans(), "rank": numbers}
)


@given(values, touches, touches)
def test_a_touch_says_nothing(parts: dict[str, Json | None], one: Json, other: Json) -> None:
    assert told(image(parts, **one), image(parts, **other)) == []


@given(values, values)
def test_the_same_change_is_told_in_the_same_words_and_under_ids_of_its_own(
    old: dict[str, Json | None], new: dict[str, Json | None]
) -> None:
    first = told(image(old, version="1"), image(new, version="2"))
    assert told(image(old), image(new)) == first
    ids = [event["id"] for event in first]
    assert len(ids) == len(set(ids)) <= len(old.keys() | new.keys())
    again = changes.events_between(image(old), image(new), "record2", AT)
    assert not set(ids) & {event["id"] for event in again}


def live_status(value: Json | None) -> str | None:
    return value["status"] if value and value["status"] not in ("canceled", "incomplete_expired") else None


@given(values, values)
def test_who_is_told_every_step_knows_the_end(old: dict[str, Json | None], new: dict[str, Json | None]) -> None:
    """Somebody who keeps the `new` of what they hear has every live subscription and all features right."""
    heard = {event.get("subscription"): event["new"] for event in told(None, image(old)) + told(image(old), image(new))}
    for id_ in ("sub_1", "sub_2"):
        assert live_status(heard.get(id_)) == live_status(new.get(f"subscription:{id_}"))
    assert heard.get(None, features()) == (new.get("entitlements") or features())


# ------------------------------------------------------------------------------------------------ the function


def record(number: int, old: Json | None, new: Json | None) -> Json:
    images = {name: given for name, given in (("OldImage", old), ("NewImage", new)) if given}
    return {"eventID": f"e{number}", "dynamodb": {"ApproximateCreationDateTime": AT, **images}}


def test_the_function_answers_a_batch_with_all_its_events() -> None:
    batch = [record(1, None, image({SUBSCRIPTION: BASIC})), record(2, image({SUBSCRIPTION: BASIC}), image({SUBSCRIPTION: BASIC}))]
    assert [event["id"] for event in stream_enrichment.handler(batch, None)] == ["e1/subscription:sub_1/subscription.activated"]
    assert stream_enrichment.handler(batch[1:], None) == []


def test_more_events_than_a_bus_takes_are_an_error_and_not_lost() -> None:
    eleven = {f"subscription:sub_{number}": subscription(id=f"sub_{number}") for number in range(11)}
    with pytest.raises(Misconfigured, match="11 events of 1 records"):
        stream_enrichment.handler([record(1, None, image(eleven))], None)
