"""The whole path over HTTP, without a browser: register, plan, pay, account, preview, change, cancel."""

from local.stack import LocalStack
from tests.support.people import Person, Stripe


def test_register_pay_change_and_cancel(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    plans = person.get("/plans")
    prices = {price["lookupKey"]: price for plan in plans["plans"] for price in plan["prices"]}
    assert [plan["name"] for plan in plans["plans"]] == ["Basic", "Premium"]
    assert plans["plans"][1]["features"] == ["basic_features", "extended_features"]
    assert person.account() == {"otherSubscriptions": [], "features": []}

    account = person.subscribe("basic_monthly")
    basic = account["subscription"]
    assert (basic["status"], basic["priceId"], basic["paymentStatus"]) == ("active", prices["basic_monthly"]["id"], "paid")
    assert (account["paymentMethod"]["brand"], account["paymentMethod"]["last4"]) == ("visa", "4242")
    assert account["features"] == ["basic_features"]
    assert basic["nextCharge"] == {"amount": 500, "currency": "usd", "minorUnitDivisor": 100, "at": basic["currentPeriodEnd"]}

    change = {"subscriptionId": basic["id"], "newPriceId": prices["premium_monthly"]["id"]}
    preview = person.post("/create-preview-invoice", change)
    assert 0 < preview["amountDue"] <= 1000
    assert (preview["nextAmount"], preview["nextDate"]) == (1500, basic["currentPeriodEnd"])
    assert sum(line["amount"] for line in preview["lines"]) == preview["amountDue"]
    changed = person.post("/update-subscription", change | {"prorationDate": preview["prorationDate"]})
    assert (changed["status"], changed["lookupKey"]) == ("active", "premium_monthly")
    assert person.account()["subscription"]["lookupKey"] == "premium_monthly"
    stripe.settle()
    account = person.account()
    assert (account["subscription"]["lookupKey"], account["features"]) == ("premium_monthly", ["basic_features", "extended_features"])
    billed = stripe.client.v1.invoices.list({"subscription": basic["id"], "limit": 1}).data[0]
    assert billed.amount_paid == preview["amountDue"]

    leaving = person.post("/cancel-subscription", {"subscriptionId": basic["id"], "when": "period_end"})
    assert (leaving["status"], leaving["cancelAt"]) == ("active", basic["currentPeriodEnd"])
    staying = person.post("/resume-subscription", {"subscriptionId": basic["id"]})
    assert "cancelAt" not in staying
    gone = person.post("/cancel-subscription", {"subscriptionId": basic["id"]})
    assert gone["status"] == "canceled"
    assert person.account()["subscription"]["status"] == "canceled"
    stripe.settle()
    assert (person.account()["subscription"]["status"], person.account()["features"]) == ("canceled", [])


def test_it_is_the_webhook_that_makes_the_subscription_active(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    person.post("/create-customer")
    session = person.post("/create-checkout-session", {"lookupKey": "premium_monthly"})
    stripe.control("webhooks/hold")
    try:
        assert stripe.pay(session["sessionId"], "pm_card_visa").json()["status"] == "complete"
        assert person.get(f"/session-status?session_id={session['sessionId']}")["status"] == "complete"
        assert "subscription" not in person.account()
    finally:
        stripe.control("webhooks/release")
    stripe.settle()
    assert person.account()["subscription"]["status"] == "active"
    status = person.get(f"/session-status?session_id={session['sessionId']}")
    assert status == {"status": "complete", "paymentStatus": "paid", "subscriptionId": person.account()["subscription"]["id"]}


def test_delivered_twice_and_out_of_order_the_account_is_the_same(stack: LocalStack, stripe: Stripe) -> None:
    calm = Person(stack).subscribe("premium_monthly")
    stripe.control("webhooks/faults", {"duplicate": 1.0, "reorder": True, "seed": 7})
    try:
        stormy = Person(stack).subscribe("premium_monthly")
    finally:
        stripe.control("webhooks/faults", {})
    for account in (calm, stormy):
        for unique in ("customerId", "paymentMethod", "subscription"):
            assert account[unique]
        assert (account["subscription"]["status"], account["subscription"]["lookupKey"]) == ("active", "premium_monthly")
        assert account["features"] == ["basic_features", "extended_features"]
        assert account["paymentMethod"]["last4"] == "4242"
        assert account["otherSubscriptions"] == []


def test_the_next_charge_counts_what_a_downgrade_credited(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    premium = person.subscribe("premium_monthly")["subscription"]
    basic = next(p["id"] for plan in person.get("/plans")["plans"] for p in plan["prices"] if p["lookupKey"] == "basic_monthly")
    change = {"subscriptionId": premium["id"], "newPriceId": basic}
    preview = person.post("/create-preview-invoice", change)
    changed = person.post("/update-subscription", change | {"prorationDate": preview["prorationDate"]})
    assert preview["amountDue"] == 0
    assert changed["nextCharge"]["amount"] == preview["nextAmount"] < 500
    stripe.settle()
    assert person.account()["subscription"] == changed
    assert stripe.client.v1.invoices.create_preview({"subscription": premium["id"]}).amount_due == preview["nextAmount"]


def test_the_return_page_can_settle_before_the_webhook(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    session = person.post("/create-checkout-session", {"lookupKey": "premium_monthly"})["sessionId"]
    assert person.post("/settle-session", {"sessionId": session}) == {"status": "open", "paymentStatus": "unpaid"}
    stripe.control("webhooks/hold")
    try:
        stripe.pay(session, "pm_card_visa")
        assert person.post("/settle-session", {"sessionId": session})["status"] == "complete"
        settled = person.account()
    finally:
        stripe.control("webhooks/release")
    assert (settled["subscription"]["status"], settled["subscription"]["paymentStatus"]) == ("active", "paid")
    assert (settled["paymentMethod"]["last4"], settled["features"]) == ("4242", ["basic_features", "extended_features"])
    stripe.settle()
    assert person.account() == settled
