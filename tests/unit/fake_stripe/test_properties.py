"""Random lives, checked as a whole: money is conserved, statuses move only as drawn, and the same requests give the same result."""

from collections import defaultdict
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.fake_stripe.inprocess import Refused
from tests.unit.fake_stripe.shop import DAY, HOUR, Shop

LEGAL = {
    "incomplete": {"active", "incomplete_expired"},
    "incomplete_expired": set(),
    "trialing": {"active", "past_due", "canceled", "paused"},
    "active": {"past_due", "unpaid", "canceled", "trialing", "paused"},
    "past_due": {"active", "unpaid", "canceled", "trialing"},
    "unpaid": {"active", "canceled", "trialing"},
    "paused": {"active", "canceled"},
    "canceled": set(),
}
"""Stripe's life cycle of a subscription, as its documentation draws it."""

METHODS = ["pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"]

prorations = st.sampled_from(["always_invoice", "create_prorations", "none"])
behaviors = st.sampled_from(["allow_incomplete", "pending_if_incomplete", "error_if_incomplete"])
step = st.one_of(
    st.tuples(st.just("advance"), st.sampled_from([HOUR, DAY, 5 * DAY, 16 * DAY, 32 * DAY])),
    st.tuples(st.just("change"), st.tuples(st.sampled_from(["basic", "premium", "yearly"]), prorations, behaviors)),
    st.tuples(st.just("quantity"), st.integers(1, 4)),
    st.tuples(st.just("method"), st.sampled_from(METHODS)),
    st.tuples(st.just("cancel"), st.sampled_from(["now", "prorate", "period_end", "keep"])),
    st.tuples(st.just("pay"), st.none()),
    st.tuples(st.just("authenticate"), st.sampled_from(["succeed", "fail"])),
    st.tuples(st.just("credit"), st.sampled_from([-700, 300])),
    st.tuples(st.just("resubscribe"), st.sampled_from(["basic", "premium"])),
)
lives = st.tuples(
    st.sampled_from(["basic", "premium", "yearly"]),
    st.sampled_from([None, 7]),
    st.sampled_from(["cancel", "unpaid", "leave"]),
    st.sampled_from(
        [
            None,
            {"percent_off": 50, "duration": "forever"},
            {"percent_off": 33.3, "duration": "once"},
            {"amount_off": 200, "currency": "usd", "duration": "forever"},
        ]
    ),
    st.lists(step, max_size=10),
)


def live(life: tuple) -> tuple[Shop, str]:
    """Plays a life; what Stripe refuses on the way is refused, nothing more."""
    plan, trial, dunning, coupon, steps = life
    shop = Shop()
    shop.world.settings.dunning_end = dunning
    customer = shop.customer()
    extra: dict[str, Any] = {"subscription_data": {"trial_period_days": trial}} if trial else {}
    if coupon:
        extra["discounts"] = [{"coupon": shop.post("/v1/coupons", **coupon)["id"]}]
    subscription = shop.subscribe(getattr(shop, plan), customer=customer, **extra)["id"]
    for action, detail in steps:
        try:
            subscription = act(shop, customer, subscription, action, detail) or subscription
        except Refused as refusal:
            if refusal.status >= 500:
                raise
    return shop, customer


def act(shop: Shop, customer: str, subscription: str, action: str, detail: Any) -> str | None:
    path = f"/v1/subscriptions/{subscription}"
    item = shop.subscription(subscription)["items"]["data"][0]["id"]
    match action:
        case "advance":
            shop.advance(detail)
        case "change":
            plan, proration, behavior = detail
            price = getattr(shop, plan)
            shop.post(path, items=[{"id": item, "price": price}], proration_behavior=proration, payment_behavior=behavior)
        case "quantity":
            shop.post(path, items=[{"id": item, "quantity": detail}])
        case "method":
            attached = shop.post(f"/v1/payment_methods/{detail}/attach", customer=customer)["id"]
            shop.post(path, default_payment_method=attached)
        case "cancel" if detail in ("now", "prorate"):
            shop.delete(path, prorate=detail == "prorate", invoice_now=detail == "prorate")
        case "cancel":
            shop.post(path, cancel_at_period_end=detail == "period_end")
        case "pay":
            for invoice in shop.get("/v1/invoices", customer=customer, status="open")["data"]:
                shop.post(
                    f"/v1/invoices/{invoice['id']}/pay",
                    payment_method=shop.post("/v1/payment_methods/pm_card_visa/attach", customer=customer)["id"],
                )
        case "authenticate":
            for intent in shop.get("/v1/payment_intents", customer=customer, limit=100)["data"]:
                if intent["status"] == "requires_action":
                    shop.post(f"/v1/payment_intents/{intent['id']}/authenticate", outcome=detail)
        case "credit":
            shop.post(f"/v1/customers/{customer}/balance_transactions", amount=detail, currency="usd")
        case "resubscribe":
            if shop.subscription(subscription)["ended_at"]:
                return shop.subscribe(getattr(shop, detail), customer=customer)["id"]
    return None


def check_money(shop: Shop, customer: str) -> None:
    """Nothing appears or disappears: lines → invoice → payment and balance."""
    world = shop.world
    charged = {
        charge["payment_intent"]: charge["amount"] for charge in world.by("charge", "customer", customer) if charge["status"] == "succeeded"
    }
    collected = 0
    for invoice in world.by("invoice", "customer", customer):
        lines = sum(line["amount"] for line in invoice["lines"])
        taken = sum(entry["amount"] for line in invoice["lines"] for entry in line["discount_amounts"])
        assert invoice["subtotal"] == lines
        assert invoice["total"] == lines - taken
        if invoice["status"] == "draft":
            continue
        assert invoice["total"] + invoice["starting_balance"] == invoice["amount_due"] + invoice["ending_balance"]
        assert invoice["amount_paid"] + invoice["amount_remaining"] == invoice["amount_due"] or invoice["status"] == "paid"
        if invoice["status"] == "paid":
            assert invoice["amount_paid"] == invoice["amount_due"]
            collected += invoice["amount_paid"]
            if invoice["amount_paid"]:
                assert charged[invoice["_intent"]] == invoice["amount_paid"]
    assert sum(charged.values()) == collected, "every charge pays an invoice, once"
    movements = world.by("customer_balance_transaction", "customer", customer)
    voided = {invoice["id"] for invoice in world.by("invoice", "customer", customer) if invoice["status"] == "void"}
    assert sum(movement["amount"] for movement in movements if movement["invoice"] in voided) == 0, "a voided invoice used no balance"
    assert world.get("customer", customer)["balance"] == sum(movement["amount"] for movement in movements)


def check_credits(shop: Shop, customer: str) -> None:
    """No item gets back more than was debited for it; what still waits is taken at what its next invoice will make of it."""
    balance: defaultdict[str, int] = defaultdict(int)
    rounding: defaultdict[str, int] = defaultdict(int)
    for invoice in shop.world.by("invoice", "customer", customer):
        if invoice["status"] == "void":
            continue
        for line in invoice["lines"]:
            details = line["parent"]["subscription_item_details"]
            if details:
                balance[details["subscription_item"]] += line["amount"] - sum(entry["amount"] for entry in line["discount_amounts"])
                rounding[details["subscription_item"]] += 1
    waiting = [item for item in shop.world.by("invoiceitem", "customer", customer) if item["invoice"] is None]
    for item in waiting:
        details = (item["parent"] or {}).get("subscription_details") or {}
        if details.get("subscription_item"):
            balance[details["subscription_item"]] += item["amount"]
            rounding[details["subscription_item"]] += 1
    assert all(total >= -rounding[item] for item, total in balance.items()), dict(balance)


def check_statuses(shop: Shop) -> None:
    """Every told status follows from the one told before, and the last told is the one that holds."""
    told: dict[str, str] = {}
    for event in shop.events():
        thing = event["data"]["object"]
        if not event["type"].startswith("customer.subscription.") or "status" not in thing:
            continue
        before = told.get(thing["id"])
        after = thing["status"]
        assert before is None or after == before or after in LEGAL[before], (event["type"], before, after)
        told[thing["id"]] = after
    for subscription_id, status in told.items():
        assert shop.world.get("subscription", subscription_id)["status"] == status


def check_entitlements(shop: Shop, customer: str) -> None:
    granted = {
        feature
        for subscription in shop.world.by("subscription", "customer", customer)
        if subscription["status"] in ("active", "trialing", "past_due")
        for item in subscription["items"]
        for feature in item["_features"]
    }
    assert {row["feature"] for row in shop.world.by("entitlements.active_entitlement", "_customer", customer)} == granted


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(life=lives)
def test_any_life_conserves_money_and_moves_legally(life: tuple) -> None:
    shop, customer = live(life)
    check_money(shop, customer)
    check_credits(shop, customer)
    check_statuses(shop)
    check_entitlements(shop, customer)


@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(life=lives)
def test_the_same_requests_give_the_same_result_twice(life: tuple) -> None:
    first, second = (live(life)[0] for _ in range(2))
    assert {name: table.rows for name, table in first.world.tables.items()} == {
        name: table.rows for name, table in second.world.tables.items()
    }


def test_another_seed_makes_other_ids() -> None:
    assert Shop(seed=1).basic != Shop(seed=2).basic
