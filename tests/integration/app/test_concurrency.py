"""One user, one customer, one open session, one subscription: however many requests come at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.stack import LocalStack
from tests.support.people import Person, Stripe


def at_once(count: int, call: Any) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count)))


def test_fifty_requests_make_one_customer(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    answers = at_once(50, lambda number: person.post("/create-customer", {"name": f"Name {number}"}))
    assert len({answer["customerId"] for answer in answers}) == 1
    customers = stripe.client.v1.customers.list({"email": person.email, "limit": 100}).data
    assert [customer.id for customer in customers] == [answers[0]["customerId"]]
    items = stack.aws.call("dynamodb", "Scan", TableName=stack.template.functions[0].environment["TABLE_NAME"])["Items"]
    user = customers[0].to_dict()["metadata"]["user"]
    assert len([item for item in items if item.get("user", {}).get("S") == user]) == 1
    assert [item["customer"]["S"] for item in items if item["pk"]["S"] == f"user#{user}"] == [answers[0]["customerId"]]


def test_twenty_requests_for_a_plan_get_the_same_session(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    answers = at_once(20, lambda _: person.post("/create-checkout-session", {"lookupKey": "basic_monthly"}))
    assert len({answer["sessionId"] for answer in answers}) == 1
    assert len({answer["clientSecret"] for answer in answers}) == 1
    assert person.post("/create-checkout-session", {"lookupKey": "basic_monthly"}) == answers[0]
    customer = person.account()["customerId"]
    assert len(stripe.client.v1.checkout.sessions.list({"customer": customer}).data) == 1


def test_a_hundred_checkouts_at_once_by_a_new_user(stack: LocalStack, stripe: Stripe) -> None:
    """Nothing is there yet, not even the customer: there is one of each in the end."""
    person = Person(stack)
    answers = at_once(100, lambda _: person.call("POST", "/create-checkout-session", {"lookupKey": "basic_monthly"}))
    assert {answer.status_code for answer in answers} == {200}
    [session] = {answer.json()["sessionId"] for answer in answers}
    [customer] = stripe.client.v1.customers.list({"email": person.email, "limit": 100}).data
    sessions = stripe.client.v1.checkout.sessions.list({"customer": customer.id, "limit": 100}).data
    assert [(each.id, each.status) for each in sessions] == [(session, "open")]

    assert stripe.pay(session, "pm_card_visa").status_code == 200
    late = at_once(10, lambda _: person.call("POST", "/create-checkout-session", {"lookupKey": "premium_monthly"}))
    assert {(answer.status_code, answer.json()["error"]["code"]) for answer in late} == {(409, "live_subscription")}
    stripe.settle()
    assert len(stripe.client.v1.subscriptions.list({"customer": customer.id, "status": "all"}).data) == 1
    assert len(stripe.client.v1.charges.list({"customer": customer.id}).data) == 1
    account = person.account()
    assert (account["customerId"], account["subscription"]["status"], account["otherSubscriptions"]) == (customer.id, "active", [])


def test_another_plan_expires_the_open_session(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    basic = person.post("/create-checkout-session", {"lookupKey": "basic_monthly"})
    premium = person.post("/create-checkout-session", {"lookupKey": "premium_monthly"})
    assert basic["sessionId"] != premium["sessionId"]
    assert person.get(f"/session-status?session_id={basic['sessionId']}")["status"] == "expired"
    assert person.get(f"/session-status?session_id={premium['sessionId']}")["status"] == "open"
    euros = person.post("/create-checkout-session", {"lookupKey": "premium_monthly", "currency": "eur"})
    assert stripe.client.v1.checkout.sessions.retrieve(euros["sessionId"]).amount_total == 1500
    assert stripe.client.v1.checkout.sessions.retrieve(euros["sessionId"]).currency == "eur"


def test_two_plans_at_once_leave_one_open_session(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    keys = ["basic_monthly", "premium_monthly"]
    answers = at_once(8, lambda number: person.call("POST", "/create-checkout-session", {"lookupKey": keys[number % 2]}))
    assert {answer.status_code for answer in answers} <= {200, 503}
    sessions = stripe.client.v1.checkout.sessions.list({"customer": person.account()["customerId"], "limit": 100}).data
    assert [session.status for session in sessions].count("open") == 1


def test_with_a_live_subscription_a_second_checkout_is_409(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    person.subscribe("basic_monthly")
    for plan in ("basic_monthly", "premium_monthly"):
        assert person.post("/create-checkout-session", {"lookupKey": plan}, status=409)["error"]["code"] == "live_subscription"


def test_paid_but_the_webhook_is_late_a_second_checkout_is_409_all_the_same(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    session = person.post("/create-checkout-session", {"lookupKey": "basic_monthly"})
    stripe.control("webhooks/hold")
    try:
        stripe.pay(session["sessionId"], "pm_card_visa")
        for plan in ("basic_monthly", "premium_monthly"):
            assert person.post("/create-checkout-session", {"lookupKey": plan}, status=409)["error"]["code"] == "live_subscription"
    finally:
        stripe.control("webhooks/release")
    stripe.settle()


def test_after_cancelling_one_may_subscribe_again_with_the_same_customer(stack: LocalStack, stripe: Stripe) -> None:
    person = Person(stack)
    first = person.subscribe("basic_monthly")
    person.post("/cancel-subscription", {"subscriptionId": first["subscription"]["id"]})
    stripe.settle()
    again = person.subscribe("premium_monthly", "pm_card_mastercard")
    assert again["customerId"] == first["customerId"]
    assert (again["subscription"]["status"], again["subscription"]["lookupKey"]) == ("active", "premium_monthly")
    assert again["paymentMethod"]["brand"] == "mastercard"
    assert [each["id"] for each in again["otherSubscriptions"]] == [first["subscription"]["id"]]
    ended = {"subscriptionId": first["subscription"]["id"]}
    for path, body in (("/cancel-subscription", ended), ("/resume-subscription", ended)):
        assert person.post(path, body, status=409)["error"]["code"] == "subscription_ended"
