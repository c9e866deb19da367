"""Checkout in own-form mode: nothing exists before the payment succeeds, and everything after."""

import pytest

from local.fake_stripe.inprocess import Refused
from tests.unit.fake_stripe.shop import DAY, Shop

OBSERVED = [
    "charge.succeeded",
    "payment_method.attached",
    "checkout.session.completed",
    "customer.updated",
    "customer.subscription.created",
    "payment_intent.created",
    "payment_intent.succeeded",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
]


def test_4242_pays_at_once_in_the_observed_order(shop: Shop) -> None:
    customer = shop.customer()
    session = shop.session(customer, shop.premium)
    assert (session["status"], session["payment_status"], session["amount_total"]) == ("open", "unpaid", 1500)
    shop.events()
    page = shop.confirm(session, shop.card(), expected_amount=1500)
    assert page["status"] == "complete"
    types = shop.event_types()
    assert types[: len(OBSERVED)] == OBSERVED
    assert types[len(OBSERVED) :] == ["entitlements.active_entitlement_summary.updated"]
    shop.advance(15)
    assert shop.event_types() == ["invoice_payment.paid"]
    done = shop.get(f"/v1/checkout/sessions/{session['id']}", expand=["subscription.default_payment_method", "invoice"])
    assert (done["status"], done["payment_status"]) == ("complete", "paid")
    subscription, invoice = done["subscription"], done["invoice"]
    assert (subscription["status"], subscription["default_payment_method"]["card"]["last4"]) == ("active", "4242")
    assert subscription["default_payment_method"]["customer"] == customer
    assert (invoice["status"], invoice["amount_paid"], invoice["billing_reason"]) == ("paid", 1500, "subscription_create")
    assert invoice["parent"]["subscription_details"]["subscription"] == subscription["id"]
    assert shop.entitlements(customer) == ["basic_features", "extended_features"]


def test_completed_comes_before_the_invoice_exists(shop: Shop) -> None:
    session = shop.session(shop.customer())
    shop.events()
    shop.confirm(session)
    completed = next(event for event in shop.events() if event["type"] == "checkout.session.completed")
    assert completed["data"]["object"]["subscription"] is not None
    assert completed["data"]["object"]["invoice"] is None
    created = next(e for e in shop.get("/v1/events", type="customer.subscription.created")["data"])
    assert created["data"]["object"]["status"] == "active"


@pytest.mark.parametrize(
    ("number", "code", "decline"),
    [
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000341", "card_declined", "generic_decline"),
    ],
)
def test_a_decline_leaves_nothing_behind_but_the_open_session(shop: Shop, number: str, code: str, decline: str) -> None:
    customer = shop.customer()
    session = shop.session(customer)
    shop.events()
    with pytest.raises(Refused) as caught:
        shop.confirm(session, shop.card(number))
    assert caught.value.status == 402
    assert (caught.value.error["type"], caught.value.error["code"], caught.value.error["decline_code"]) == ("card_error", code, decline)
    assert shop.event_types() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    assert shop.get("/v1/subscriptions", customer=customer, status="all")["data"] == []
    assert shop.get("/v1/invoices", customer=customer)["data"] == []
    page = shop.get(f"/v1/payment_pages/{session['id']}")
    assert (page["status"], page["last_payment_error"]["code"]) == ("open", code)
    assert shop.confirm(session)["status"] == "complete", "the same session takes a better card"
    assert shop.get(f"/v1/payment_pages/{session['id']}")["last_payment_error"] is None


def test_3155_waits_for_the_bank_and_completes(shop: Shop) -> None:
    customer = shop.customer()
    session = shop.session(customer)
    page = shop.confirm(session, shop.card("4000002500003155"))
    assert (page["status"], page["payment_intent"]["status"]) == ("open", "requires_action")
    challenge = page["payment_intent"]["next_action"]["use_stripe_sdk"]
    assert challenge["type"] == "three_d_secure_redirect"
    assert page["payment_intent"]["client_secret"] in challenge["challenge_url"]
    shop.events()
    shop.authenticate(page, "succeed")
    paid = [kind for kind in OBSERVED if kind != "payment_intent.created"]  # that one came with the first attempt
    assert shop.event_types()[: len(paid)] == paid
    assert shop.get(f"/v1/payment_pages/{session['id']}")["status"] == "complete"
    assert shop.get("/v1/subscriptions", customer=customer)["data"][0]["status"] == "active"


def test_3155_failed_keeps_the_session_open(shop: Shop) -> None:
    session = shop.session(shop.customer())
    page = shop.confirm(session, shop.card("4000002500003155"))
    shop.authenticate(page, "fail")
    page = shop.get(f"/v1/payment_pages/{session['id']}")
    assert (page["status"], page["payment_intent"]["status"]) == ("open", "requires_payment_method")
    assert page["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert shop.confirm(session)["status"] == "complete"


def test_3155_once_set_up_renews_without_the_customer(shop: Shop) -> None:
    session = shop.session(shop.customer())
    shop.authenticate(shop.confirm(session, shop.card("4000002500003155")), "succeed")
    subscription = shop.get(f"/v1/checkout/sessions/{session['id']}")["subscription"]
    shop.advance(33 * DAY)
    assert [row["status"] for row in shop.invoices(subscription)] == ["paid", "paid"]


@pytest.mark.parametrize(
    ("method", "currency", "settles"),
    [
        ({"type": "sepa_debit", "sepa_debit": {"iban": "AT32 1904 3002 3547 3204"}}, "eur", True),
        ({"type": "sepa_debit", "sepa_debit": {"iban": "AT861904300235473202"}}, "eur", False),
        ({"type": "au_becs_debit", "au_becs_debit": {"bsb_number": "000-000", "account_number": "900123456"}}, "aud", True),
        ({"type": "au_becs_debit", "au_becs_debit": {"bsb_number": "000000", "account_number": "111111113"}}, "aud", False),
    ],
)
def test_debits_settle_or_fail_three_minutes_later(shop: Shop, method: dict, currency: str, settles: bool) -> None:
    customer = shop.customer()
    session = shop.session(customer, currency=currency)
    assert session["payment_method_types"] == ["card", method["type"]]
    made = shop.post("/v1/payment_methods", **method, billing_details={"name": "Jo", "email": "jo@example.com"})
    shop.confirm(session, made["id"])
    done = shop.get(f"/v1/checkout/sessions/{session['id']}", expand=["subscription", "invoice"])
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    assert (done["subscription"]["status"], done["invoice"]["status"]) == ("active", "open")
    assert shop.intent_of(done["invoice"]["id"])["status"] == "processing"
    shop.advance(179)
    shop.events()
    shop.advance(1)
    types = shop.event_types()
    done = shop.get(f"/v1/checkout/sessions/{session['id']}", expand=["subscription", "invoice"])
    assert done["subscription"]["status"] == "active", "the app decides about access"
    if settles:
        assert (done["payment_status"], done["invoice"]["status"]) == ("paid", "paid")
        assert types[-1] == "checkout.session.async_payment_succeeded"
    else:
        assert (done["payment_status"], done["invoice"]["status"]) == ("unpaid", "void")
        assert types[-1] == "checkout.session.async_payment_failed"
        assert {"charge.failed", "payment_intent.payment_failed", "invoice.payment_failed", "invoice.voided"} <= set(types)


def test_a_debit_is_offered_and_taken_only_in_its_currency(shop: Shop) -> None:
    session = shop.session(shop.customer())
    assert session["payment_method_types"] == ["card"]
    sepa = shop.post("/v1/payment_methods", type="sepa_debit", sepa_debit={"iban": "AT321904300235473204"})["id"]
    with pytest.raises(Refused) as caught:
        shop.confirm(session, sepa)
    assert caught.value.error["code"] == "payment_method_currency_mismatch"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"),
        ({"number": "42"}, "incorrect_number"),
        ({"exp_year": 2020}, "invalid_expiry_year"),
        ({"exp_year": 2026, "exp_month": 10}, "invalid_expiry_month"),
        ({"exp_month": 13}, "invalid_expiry_month"),
        ({"cvc": "12"}, "invalid_cvc"),
    ],
)
def test_a_form_refuses_what_cannot_be_right(shop: Shop, change: dict, code: str) -> None:
    card = {"number": "4242424242424242", "exp_month": 11, "exp_year": 2030, "cvc": "123", **change}
    with pytest.raises(Refused) as caught:
        shop.post("/v1/payment_methods", type="card", card=card)
    assert (caught.value.status, caught.value.error["code"]) == (402, code)


def test_the_amount_shown_must_be_the_amount_paid(shop: Shop) -> None:
    session = shop.session(shop.customer())
    with pytest.raises(Refused) as caught:
        shop.confirm(session, expected_amount=499)
    assert caught.value.error["code"] == "checkout_amount_mismatch"
    assert shop.get(f"/v1/checkout/sessions/{session['id']}")["status"] == "open"


def test_a_session_is_paid_once(shop: Shop) -> None:
    session = shop.session(shop.customer())
    shop.confirm(session)
    with pytest.raises(Refused) as caught:
        shop.confirm(session)
    assert caught.value.error["code"] == "checkout_session_not_open"
    assert len(shop.get("/v1/charges")["data"]) == 1


def test_a_session_expires_after_a_day_or_when_told(shop: Shop) -> None:
    by_time, by_hand = shop.session(shop.customer()), shop.session(shop.customer())
    assert shop.post(f"/v1/checkout/sessions/{by_hand['id']}/expire")["status"] == "expired"
    shop.advance(DAY - 1)
    assert shop.get(f"/v1/checkout/sessions/{by_time['id']}")["status"] == "open"
    shop.events()
    shop.advance(1)
    assert shop.event_types() == ["checkout.session.expired"]
    for session in (by_time, by_hand):
        with pytest.raises(Refused):
            shop.confirm(session)
        with pytest.raises(Refused):
            shop.post(f"/v1/checkout/sessions/{session['id']}/expire")


def test_a_set_up_fee_is_on_the_first_invoice_only(shop: Shop) -> None:
    lines = [{"price": shop.basic, "quantity": 1}, {"price": shop.fee, "quantity": 1}]
    session = shop.session(shop.customer(), line_items=lines, expand=["line_items"])
    assert [line["amount_total"] for line in session["line_items"]["data"]] == [500, 300]
    assert session["amount_total"] == 800
    shop.confirm(session, expected_amount=800)
    subscription = shop.get(f"/v1/checkout/sessions/{session['id']}")["subscription"]
    shop.advance(33 * DAY)
    assert [row["amount_paid"] for row in shop.invoices(subscription)] == [800, 500]
    assert len(shop.subscription(subscription)["items"]["data"]) == 1


def test_currency_and_quantity(shop: Shop) -> None:
    lines = [{"price": shop.basic, "quantity": 3, "adjustable_quantity": {"enabled": True, "minimum": 1, "maximum": 5}}]
    session = shop.session(shop.customer(), line_items=lines, currency="eur")
    assert (session["currency"], session["amount_total"]) == ("eur", 1350)
    page = shop.get(f"/v1/payment_pages/{session['id']}")
    line = page["line_items"][0]["id"]
    page = shop.post(f"/v1/payment_pages/{session['id']}", line_item={"id": line, "quantity": 2})
    assert (page["totals"]["total"], page["recurring"]["due_next"]["total"]) == (900, 900)
    with pytest.raises(Refused):
        shop.post(f"/v1/payment_pages/{session['id']}", line_item={"id": line, "quantity": 6})
    shop.confirm(session, expected_amount=900)
    subscription = shop.get(f"/v1/checkout/sessions/{session['id']}", expand=["subscription"])["subscription"]
    assert (subscription["currency"], subscription["items"]["data"][0]["quantity"]) == ("eur", 2)


def test_a_trial_takes_the_card_and_no_money(shop: Shop) -> None:
    session = shop.session(shop.customer(), subscription_data={"trial_period_days": 14, "metadata": {"plan": "x"}})
    assert session["amount_total"] == 0
    page = shop.get(f"/v1/payment_pages/{session['id']}")
    assert page["recurring"]["trial"]["trial_period_days"] == 14
    assert page["recurring"]["due_next"]["total"] == 500
    shop.confirm(session, expected_amount=0)
    done = shop.get(f"/v1/checkout/sessions/{session['id']}", expand=["subscription", "invoice"])
    assert (done["payment_status"], done["subscription"]["status"]) == ("no_payment_required", "trialing")
    assert (done["invoice"]["status"], done["invoice"]["total"]) == ("paid", 0)
    assert done["subscription"]["metadata"] == {"plan": "x"}
    assert shop.get("/v1/charges")["data"] == []


def test_a_promotion_code_takes_its_share(shop: Shop) -> None:
    coupon = shop.post("/v1/coupons", percent_off=20, duration="once")["id"]
    shop.post("/v1/promotion_codes", promotion={"type": "coupon", "coupon": coupon}, code="welcome")
    session = shop.session(shop.customer(), allow_promotion_codes=True)
    path = f"/v1/payment_pages/{session['id']}"
    for wrong in ("nonsense", ""):
        with pytest.raises(Refused):
            shop.post(path, promotion_code=wrong)
    page = shop.post(path, promotion_code="Welcome")
    assert (page["totals"]["discount"], page["totals"]["total"]) == (100, 400)
    assert page["discount_amounts"][0]["promotion_code"] == "WELCOME"
    assert page["recurring"]["due_next"]["total"] == 500
    assert shop.post(path, remove_promotion_code=True)["totals"]["total"] == 500
    shop.post(path, promotion_code="WELCOME")
    shop.confirm(session, expected_amount=400)
    subscription = shop.get(f"/v1/checkout/sessions/{session['id']}")["subscription"]
    shop.advance(33 * DAY)
    assert [row["amount_paid"] for row in shop.invoices(subscription)] == [400, 500]
    assert shop.get(f"/v1/coupons/{coupon}")["times_redeemed"] == 1


def test_setup_mode_takes_a_new_card_for_later(shop: Shop) -> None:
    customer = shop.customer()
    session = shop.post(
        "/v1/checkout/sessions",
        mode="setup",
        ui_mode=shop.own_form,
        customer=customer,
        currency="usd",
        return_url="https://shop.example/back",
    )
    page = shop.confirm(session, shop.card("5555555555554444"))
    assert (page["status"], page["setup_intent"]["status"]) == ("complete", "succeeded")
    intent = shop.get(f"/v1/setup_intents/{session['setup_intent']}", expand=["payment_method"])
    assert (intent["payment_method"]["customer"], intent["payment_method"]["card"]["brand"]) == (customer, "mastercard")


def test_hosted_pages_and_one_off_payments_are_answered_honestly(shop: Shop) -> None:
    hosted = "hosted" if shop.contract.is_clover else "hosted_page"
    for params in (
        {"ui_mode": hosted, "success_url": "https://x"},
        {"ui_mode": shop.own_form, "mode": "payment", "return_url": "https://x"},
    ):
        given = {"mode": "subscription", "customer": shop.customer(), "line_items": [{"price": shop.basic, "quantity": 1}], **params}
        with pytest.raises(Refused) as caught:
            shop.call("POST", "/v1/checkout/sessions", given)
        assert caught.value.error["code"] == "not_supported_by_stand_in"
