"""A subscription's life as time passes: renewals, failures to each end, incomplete, cancellations, pauses, trials."""

from datetime import UTC, datetime

import pytest

from local.fake_stripe.inprocess import Refused
from local.fake_stripe.resources import portal
from tests.unit.fake_stripe.shop import DAY, HOUR, Shop


def fail_from_now_on(shop: Shop, subscription: dict) -> str:
    """Attaches 0341 (attaches, declines on charge) and makes it the subscription's default."""
    method = shop.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", customer=subscription["customer"])["id"]
    shop.post(f"/v1/subscriptions/{subscription['id']}", default_payment_method=method)
    return method


def to_renewal(shop: Shop, subscription: dict) -> None:
    """Just past the end of the running period."""
    end = shop.subscription(subscription["id"])["items"]["data"][0]["current_period_end"]
    shop.advance(end - shop.world.now() + 1)


# ----------------------------------------------------------------------------------------------------- renewals
def test_a_renewal_is_announced_drafted_finalised_and_paid(shop: Shop) -> None:
    subscription = shop.subscribe()
    end = subscription["items"]["data"][0]["current_period_end"]
    shop.advance(60)
    shop.events()
    shop.advance(end - shop.world.now() - 7 * DAY)
    assert shop.event_types() == ["invoice.upcoming"]
    shop.advance(7 * DAY)
    assert shop.event_types() == ["customer.subscription.updated", "invoice.created"]
    draft = shop.invoices(subscription["id"])[-1]
    assert (draft["status"], draft["billing_reason"], draft["total"]) == ("draft", "subscription_cycle", 500)
    assert draft["automatically_finalizes_at"] == end + HOUR
    renewed = shop.subscription(subscription["id"])
    assert renewed["status"] == "active"
    assert renewed["items"]["data"][0]["current_period_start"] == end
    assert renewed["latest_invoice"] == draft["id"]
    shop.advance(HOUR)
    assert shop.event_types() == [
        "payment_intent.created",
        "invoice.finalized",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    paid = shop.invoices(subscription["id"])[-1]
    assert (paid["status"], paid["amount_paid"], paid["attempt_count"]) == ("paid", 500, 1)
    assert paid["lines"]["data"][0]["period"] == {"start": end, "end": renewed["items"]["data"][0]["current_period_end"]}


def test_the_update_of_a_renewal_tells_what_was(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.events()
    to_renewal(shop, subscription)
    update = next(event for event in shop.events() if event["type"] == "customer.subscription.updated")
    before = update["data"]["previous_attributes"]
    assert set(before) == {"items", "latest_invoice"}
    assert before["latest_invoice"] == subscription["latest_invoice"]
    assert before["items"]["data"][0]["current_period_end"] == subscription["items"]["data"][0]["current_period_end"]


def test_a_year_of_renewals_keeps_its_day(endive: Shop) -> None:
    clock = endive.post("/v1/test_helpers/test_clocks", frozen_time=1_801_389_600)["id"]  # 31 January 2027, 10:00 UTC
    customer = endive.customer("pm_card_visa", test_clock=clock)
    subscription = endive.post("/v1/subscriptions", customer=customer, items=[{"price": endive.basic}])
    for month in range(1, 7):
        endive.post(f"/v1/test_helpers/test_clocks/{clock}/advance", frozen_time=1_801_389_600 + month * 31 * DAY)
    ends = [row["lines"]["data"][0]["period"]["start"] for row in endive.invoices(subscription["id"])]
    days = [datetime.fromtimestamp(end, UTC).day for end in ends]
    assert days == [31, 28, 31, 30, 31, 30, 31]
    assert {row["status"] for row in endive.invoices(subscription["id"])[:-1]} == {"paid"}


@pytest.mark.parametrize(
    ("setting", "status", "reason"), [("cancel", "canceled", "payment_failed"), ("unpaid", "unpaid", None), ("leave", "past_due", None)]
)
def test_a_failed_renewal_is_tried_again_and_then_ends_as_the_account_says(
    shop: Shop, setting: str, status: str, reason: str | None
) -> None:
    shop.world.settings.dunning_end = setting
    subscription = shop.subscribe()
    fail_from_now_on(shop, subscription)
    to_renewal(shop, subscription)
    shop.events()
    shop.advance(HOUR)
    types = shop.event_types()
    assert types[-3:] == ["invoice.payment_failed", "customer.subscription.updated", "customer.updated"]
    failed = shop.subscription(subscription["id"], expand=["latest_invoice"])
    assert (failed["status"], failed["latest_invoice"]["status"], failed["latest_invoice"]["attempt_count"]) == ("past_due", "open", 1)
    assert failed["latest_invoice"]["next_payment_attempt"] > shop.world.now()
    assert shop.get(f"/v1/customers/{subscription['customer']}")["delinquent"] is True
    assert shop.entitlements(subscription["customer"]) == ["basic_features"], "past_due keeps access, the app decides"
    shop.advance(13 * DAY)
    assert shop.subscription(subscription["id"])["status"] == "past_due"
    shop.advance(2 * DAY)
    ended = shop.subscription(subscription["id"], expand=["latest_invoice"])
    assert (ended["status"], ended["cancellation_details"]["reason"]) == (status, reason)
    assert (ended["latest_invoice"]["attempt_count"], ended["latest_invoice"]["next_payment_attempt"]) == (9, None)
    if status != "past_due":
        assert shop.entitlements(subscription["customer"]) == []
        assert shop.event_types()[-2:] == [
            "customer.subscription.deleted" if status == "canceled" else "customer.subscription.updated",
            "entitlements.active_entitlement_summary.updated",
        ]


def test_under_unpaid_new_invoices_stay_draft_and_paying_revives(shop: Shop) -> None:
    shop.world.settings.dunning_end = "unpaid"
    subscription = shop.subscribe()
    fail_from_now_on(shop, subscription)
    shop.advance(70 * DAY)
    assert [row["status"] for row in shop.invoices(subscription["id"])] == ["paid", "open", "draft"]
    good = shop.post("/v1/payment_methods/pm_card_visa/attach", customer=subscription["customer"])["id"]
    owed = shop.invoices(subscription["id"])[1]
    assert shop.post(f"/v1/invoices/{owed['id']}/pay", payment_method=good)["status"] == "paid"
    assert shop.subscription(subscription["id"])["status"] == "active"
    assert shop.entitlements(subscription["customer"]) == ["basic_features"]


def test_paying_the_failed_invoice_ends_past_due(shop: Shop) -> None:
    subscription = shop.subscribe()
    fail_from_now_on(shop, subscription)
    to_renewal(shop, subscription)
    shop.advance(HOUR)
    owed = shop.invoices(subscription["id"])[-1]
    with pytest.raises(Refused) as caught:
        shop.post(f"/v1/invoices/{owed['id']}/pay")
    assert (caught.value.status, caught.value.error["code"]) == (402, "card_declined")
    good = shop.post("/v1/payment_methods/pm_card_visa/attach", customer=subscription["customer"])["id"]
    shop.post(f"/v1/subscriptions/{subscription['id']}", default_payment_method=good)
    shop.events()
    assert shop.post(f"/v1/invoices/{owed['id']}/pay")["status"] == "paid"
    assert shop.event_types()[-2:] == ["customer.subscription.updated", "customer.updated"]
    assert shop.subscription(subscription["id"])["status"] == "active"
    shop.advance(20 * DAY)
    assert shop.subscription(subscription["id"])["status"] == "active", "no stale retry"


def test_the_retry_with_a_better_card_recovers(shop: Shop) -> None:
    subscription = shop.subscribe()
    fail_from_now_on(shop, subscription)
    to_renewal(shop, subscription)
    shop.advance(HOUR)
    good = shop.post("/v1/payment_methods/pm_card_visa/attach", customer=subscription["customer"])["id"]
    shop.post(f"/v1/subscriptions/{subscription['id']}", default_payment_method=good)
    shop.advance(DAY)
    assert shop.subscription(subscription["id"])["status"] == "active"


def test_a_renewal_that_needs_the_customer_waits_for_them(shop: Shop) -> None:
    subscription = shop.subscribe()
    method = shop.post("/v1/payment_methods/pm_card_authenticationRequired/attach", customer=subscription["customer"])["id"]
    shop.post(f"/v1/subscriptions/{subscription['id']}", default_payment_method=method)
    to_renewal(shop, subscription)
    shop.events()
    shop.advance(HOUR)
    assert "invoice.payment_action_required" in shop.event_types()
    found = shop.subscription(subscription["id"], expand=["latest_invoice.confirmation_secret"])
    assert found["status"] == "past_due"
    secret = found["latest_invoice"]["confirmation_secret"]["client_secret"]
    intent = shop.intent_of(found["latest_invoice"]["id"])
    assert (intent["status"], intent["client_secret"]) == ("requires_action", secret)
    path = f"/v1/payment_intents/{intent['id']}/authenticate"
    shop.call("POST", path, {"outcome": "succeed", "client_secret": secret}, key="pk_test_local")
    assert shop.subscription(subscription["id"])["status"] == "active"


def test_a_card_that_expired_declines(shop: Shop) -> None:
    customer = shop.customer()
    card = shop.post(
        "/v1/payment_methods", type="card", card={"number": "4242424242424242", "exp_month": 12, "exp_year": 2026, "cvc": "123"}
    )["id"]
    subscription = shop.subscribe(customer=customer, method=card)
    shop.advance(35 * DAY)
    assert shop.invoices(subscription["id"])[-1]["status"] == "paid", "good through December"
    shop.advance(31 * DAY)
    owed = shop.invoices(subscription["id"])[-1]
    assert shop.intent_of(owed["id"])["last_payment_error"]["code"] == "expired_card"
    assert shop.subscription(subscription["id"])["status"] == "past_due"


# --------------------------------------------------------------------------------------------------- incomplete
def test_default_incomplete_waits_23_hours(shop: Shop) -> None:
    customer = shop.customer()
    made = shop.post(
        "/v1/subscriptions",
        customer=customer,
        items=[{"price": shop.basic}],
        payment_behavior="default_incomplete",
        expand=["latest_invoice.confirmation_secret"],
    )
    assert (made["status"], made["latest_invoice"]["status"]) == ("incomplete", "open")
    assert shop.entitlements(customer) == []
    shop.advance(23 * HOUR - 1)
    assert shop.subscription(made["id"])["status"] == "incomplete"
    shop.advance(1)
    ended = shop.subscription(made["id"], expand=["latest_invoice"])
    assert (ended["status"], ended["latest_invoice"]["status"]) == ("incomplete_expired", "void")
    with pytest.raises(Refused):
        shop.post(f"/v1/subscriptions/{made['id']}", items=[{"price": shop.premium}])


def test_default_incomplete_paid_in_the_browser_is_active_and_keeps_the_card(shop: Shop) -> None:
    made = shop.post(
        "/v1/subscriptions",
        customer=shop.customer(),
        items=[{"price": shop.basic}],
        payment_behavior="default_incomplete",
        payment_settings={"save_default_payment_method": "on_subscription"},
        expand=["latest_invoice.confirmation_secret"],
    )
    secret = made["latest_invoice"]["confirmation_secret"]["client_secret"]
    intent = shop.intent_of(made["latest_invoice"]["id"])
    card = shop.card()
    path = f"/v1/payment_intents/{intent['id']}/confirm"
    shop.call("POST", path, {"client_secret": secret, "payment_method": card}, key="pk_test_local")
    found = shop.subscription(made["id"])
    assert (found["status"], found["default_payment_method"]) == ("active", card)
    assert shop.entitlements(found["customer"]) == ["basic_features"]


def test_the_other_behaviours_of_a_first_payment(shop: Shop) -> None:
    items = [{"price": shop.basic}]
    with pytest.raises(Refused) as caught:
        shop.post("/v1/subscriptions", customer=shop.customer(), items=items)
    assert "no attached payment source" in caught.value.error["message"]
    failing = shop.customer("pm_card_chargeCustomerFail")
    with pytest.raises(Refused) as caught:
        shop.post("/v1/subscriptions", customer=failing, items=items, payment_behavior="error_if_incomplete")
    assert caught.value.status == 402
    assert shop.get("/v1/subscriptions", customer=failing, status="all")["data"] == []
    assert shop.post("/v1/subscriptions", customer=failing, items=items)["status"] == "incomplete"
    assert shop.post("/v1/subscriptions", customer=shop.customer("pm_card_visa"), items=items)["status"] == "active"


# -------------------------------------------------------------------------------------------------- cancelling
def test_cancel_now_is_final(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.events()
    ended = shop.delete(f"/v1/subscriptions/{subscription['id']}", cancellation_details={"comment": "bye", "feedback": "too_expensive"})
    assert (ended["status"], ended["ended_at"], ended["cancellation_details"]["comment"]) == ("canceled", shop.world.now(), "bye")
    assert shop.event_types() == ["customer.subscription.deleted", "entitlements.active_entitlement_summary.updated"]
    assert shop.entitlements(subscription["customer"]) == []
    for params in ({"cancel_at_period_end": False}, {"items": [{"price": shop.premium}]}):
        with pytest.raises(Refused):
            shop.post(f"/v1/subscriptions/{subscription['id']}", **params)
    with pytest.raises(Refused):
        shop.delete(f"/v1/subscriptions/{subscription['id']}")
    shop.advance(70 * DAY)
    assert len(shop.invoices(subscription["id"])) == 1


def test_cancel_at_period_end_and_back(shop: Shop) -> None:
    subscription = shop.subscribe()
    end = subscription["items"]["data"][0]["current_period_end"]
    shop.events()
    path = f"/v1/subscriptions/{subscription['id']}"
    leaving = shop.post(path, cancel_at_period_end=True)
    assert (leaving["status"], leaving["cancel_at_period_end"], leaving["cancel_at"]) == ("active", True, end)
    assert leaving["cancellation_details"]["reason"] == "cancellation_requested"
    (update,) = shop.events()
    assert update["data"]["previous_attributes"] == {
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"reason": None},
    }
    kept = shop.post(path, cancel_at_period_end=False)
    assert (kept["cancel_at_period_end"], kept["cancel_at"], kept["canceled_at"]) == (False, None, None)
    shop.advance(35 * DAY)
    assert shop.subscription(subscription["id"])["status"] == "active"
    shop.post(path, cancel_at_period_end=True)
    shop.events()
    shop.advance(31 * DAY)
    types = shop.event_types()
    assert types[-2:] == ["customer.subscription.deleted", "entitlements.active_entitlement_summary.updated"]
    assert "invoice.upcoming" not in types
    assert len(shop.invoices(subscription["id"])) == 2


@pytest.mark.parametrize("when", ["min_period_end", "max_period_end", 40 * DAY])
def test_cancel_at_a_time(shop: Shop, when: str | int) -> None:
    subscription = shop.subscribe()
    end = subscription["items"]["data"][0]["current_period_end"]
    at = end if isinstance(when, str) else shop.world.now() + when
    leaving = shop.post(f"/v1/subscriptions/{subscription['id']}", cancel_at=when if isinstance(when, str) else at)
    assert (leaving["cancel_at"], leaving["cancel_at_period_end"]) == (at, False)
    shop.advance(at - shop.world.now())
    ended = shop.subscription(subscription["id"])
    assert (ended["status"], ended["ended_at"]) == ("canceled", at)


def test_cancel_with_a_credit_or_a_bill(shop: Shop) -> None:
    subscription = shop.subscribe(shop.premium)
    shop.advance(15 * DAY)
    shop.delete(f"/v1/subscriptions/{subscription['id']}", prorate=True, invoice_now=True)
    credit = shop.invoices(subscription["id"])[-1]
    assert credit["total"] < 0
    assert credit["status"] == "paid"
    assert shop.get(f"/v1/customers/{subscription['customer']}")["balance"] == credit["total"]


def test_the_portal_sets_only_cancel_at(shop: Shop) -> None:

    subscription = shop.subscribe()
    session = shop.post("/v1/billing_portal/sessions", customer=subscription["customer"], return_url="https://shop.example")
    stored = shop.world.get("billing_portal.session", session["id"])
    portal.act(shop.world, stored, {"action": "cancel", "subscription": subscription["id"]})
    found = shop.subscription(subscription["id"])
    assert found["cancel_at"] == found["items"]["data"][0]["current_period_end"]
    assert found["cancel_at_period_end"] is False


# ---------------------------------------------------------------------------------------------------- pausing
@pytest.mark.parametrize(("behavior", "status"), [("keep_as_draft", "draft"), ("void", "void"), ("mark_uncollectible", "uncollectible")])
def test_paused_collection(shop: Shop, behavior: str, status: str) -> None:
    subscription = shop.subscribe()
    path = f"/v1/subscriptions/{subscription['id']}"
    resumes = shop.world.now() + 45 * DAY
    shop.post(path, pause_collection={"behavior": behavior, "resumes_at": resumes})
    shop.advance(33 * DAY)
    assert [row["status"] for row in shop.invoices(subscription["id"])] == ["paid", status]
    assert shop.subscription(subscription["id"])["status"] == "active"
    shop.advance(13 * DAY)
    assert shop.subscription(subscription["id"])["pause_collection"] is None
    shop.advance(20 * DAY)
    assert [row["status"] for row in shop.invoices(subscription["id"])] == ["paid", status, "paid"]


# ------------------------------------------------------------------------------------------------------ trials
def test_a_trial_turns_into_a_paid_subscription(shop: Shop) -> None:
    subscription = shop.subscribe(subscription_data={"trial_period_days": 14})
    assert subscription["status"] == "trialing"
    assert shop.entitlements(subscription["customer"]) == ["basic_features"]
    shop.events()
    shop.advance(11 * DAY)
    assert "customer.subscription.trial_will_end" in shop.event_types()
    shop.advance(3 * DAY)
    types = shop.event_types()
    assert types[:2] == ["customer.subscription.updated", "invoice.created"]
    assert shop.subscription(subscription["id"])["status"] == "active"
    shop.advance(HOUR)
    assert [row["amount_paid"] for row in shop.invoices(subscription["id"])] == [0, 500]


@pytest.mark.parametrize(("behavior", "status"), [("cancel", "canceled"), ("pause", "paused"), ("create_invoice", "past_due")])
def test_a_trial_without_a_payment_method(shop: Shop, behavior: str, status: str) -> None:
    made = shop.post(
        "/v1/subscriptions",
        customer=shop.customer(),
        items=[{"price": shop.basic}],
        trial_period_days=7,
        trial_settings={"end_behavior": {"missing_payment_method": behavior}},
    )
    shop.advance(7 * DAY + HOUR)
    assert shop.subscription(made["id"])["status"] == status
    if status == "paused":
        assert shop.entitlements(made["customer"]) == []
        card = shop.post("/v1/payment_methods/pm_card_visa/attach", customer=made["customer"])["id"]
        shop.post(f"/v1/subscriptions/{made['id']}", default_payment_method=card)
        shop.post(f"/v1/subscriptions/{made['id']}/resume")
        found = shop.subscription(made["id"], expand=["latest_invoice"])
        assert (found["status"], found["latest_invoice"]["status"]) == ("active", "paid")


def test_ending_a_trial_now_bills_now(shop: Shop) -> None:
    subscription = shop.subscribe(subscription_data={"trial_period_days": 14})
    shop.advance(DAY)
    found = shop.post(f"/v1/subscriptions/{subscription['id']}", trial_end="now", expand=["latest_invoice"])
    assert (found["status"], found["latest_invoice"]["amount_paid"]) == ("active", 500)
    assert found["billing_cycle_anchor"] == shop.world.now()


# ------------------------------------------------------------------------------------------------- entitlements
def test_a_products_new_feature_arrives_with_the_next_period(shop: Shop) -> None:
    subscription = shop.subscribe()
    product = shop.get(f"/v1/prices/{shop.basic}")["product"]
    shop.post(f"/v1/products/{product}/features", entitlement_feature=shop.features["extended_features"])
    assert shop.entitlements(subscription["customer"]) == ["basic_features"]
    shop.events()
    to_renewal(shop, subscription)
    assert shop.entitlements(subscription["customer"]) == ["basic_features", "extended_features"]
    summary = next(event for event in shop.events() if event["type"].startswith("entitlements."))
    listed = summary["data"]["object"]["entitlements"]
    assert sorted(row["lookup_key"] for row in listed["data"]) == ["basic_features", "extended_features"]
    assert [row["lookup_key"] for row in summary["data"]["previous_attributes"]["entitlements"]["data"]] == ["basic_features"]


def test_a_long_summary_holds_a_first_page_only(endive: Shop) -> None:
    product = endive.get(f"/v1/prices/{endive.premium}")["product"]
    for number in range(12):
        feature = endive.post("/v1/entitlements/features", lookup_key=f"f{number}", name="F")["id"]
        endive.post(f"/v1/products/{product}/features", entitlement_feature=feature)
    subscription = endive.subscribe(endive.premium)
    summary = [event for event in endive.events() if event["type"].startswith("entitlements.")][-1]["data"]["object"]["entitlements"]
    assert (len(summary["data"]), summary["has_more"]) == (10, True)
    assert len(endive.entitlements(subscription["customer"])) == 14


# ------------------------------------------------------------------------------------------------- test clocks
def test_a_test_clock_moves_only_its_own(shop: Shop) -> None:
    start = shop.world.now() - 400 * DAY
    clock = shop.post("/v1/test_helpers/test_clocks", frozen_time=start, name="x")["id"]
    customer = shop.customer("pm_card_visa", test_clock=clock)
    other = shop.subscribe()
    subscription = shop.post("/v1/subscriptions", customer=customer, items=[{"price": shop.basic}])
    assert (subscription["created"], subscription["test_clock"]) == (start, clock)
    shop.events()
    answer = shop.post(f"/v1/test_helpers/test_clocks/{clock}/advance", frozen_time=start + 32 * DAY)
    assert answer["status"] == "advancing"
    assert shop.get(f"/v1/test_helpers/test_clocks/{clock}")["status"] == "ready"
    events = shop.events()
    assert events[0]["type"] == "test_helpers.test_clock.advancing"
    assert events[-1]["type"] == "test_helpers.test_clock.ready"
    assert {event["created"] for event in events} == {int(shop.wall)}, "real time, whatever the clock says"
    assert len(shop.invoices(subscription["id"])) == 2
    assert len(shop.invoices(other["id"])) == 1
    with pytest.raises(Refused):
        shop.post(f"/v1/test_helpers/test_clocks/{clock}/advance", frozen_time=start)
    with pytest.raises(Refused):
        shop.post(f"/v1/test_helpers/test_clocks/{clock}/advance", frozen_time=start + 130 * DAY)
    shop.delete(f"/v1/test_helpers/test_clocks/{clock}")
    with pytest.raises(Refused):
        shop.get(f"/v1/customers/{customer}")
