"""What a site is told when the network fails in the middle of a payment, and when there is nothing to pay."""

import json

from playwright.sync_api import expect

from tests.e2e.elements.shop import Shop


def inject(shop: Shop, **fault: object) -> None:
    status, body = shop.stripe.send("POST", "/_control/faults", json.dumps(fault), "endive")
    assert status == 200, body


def test_an_answer_that_was_lost_is_looked_up(shop: Shop, price: str) -> None:
    session = shop.stripe.session(price)
    visit = shop.open(session["client_secret"])
    visit.fill_card("4242424242424242")
    inject(shop, kind="reset", after_work=True, path=f"/v1/payment_pages/{session['id']}/confirm")
    visit.pay()
    visit.expect_result("Paid")
    assert visit.result()["session"]["status"] == {"type": "complete", "paymentStatus": "paid"}


def test_confirm_rejects_only_when_nobody_knows_the_outcome(shop: Shop, price: str) -> None:
    session = shop.stripe.session(price)
    visit = shop.open(session["client_secret"])
    visit.fill_card("4242424242424242")
    for call in ("confirm", "init"):
        # A browser repeats a request by itself when a kept connection breaks.
        inject(shop, kind="reset", count=10, path=f"/v1/payment_pages/{session['id']}/{call}")
    visit.pay()
    expect(visit.page.locator("#result")).to_contain_text("Unknown: We are experiencing issues connecting")
    assert shop.stripe.get(f"/v1/checkout/sessions/{session['id']}")["status"] == "open"
    shop.stripe.send("DELETE", "/_control/faults", "", "endive")
    visit.pay()
    visit.expect_result("Paid")


def test_a_busy_stripe_is_an_error_in_place(shop: Shop, price: str) -> None:
    session = shop.stripe.session(price)
    visit = shop.open(session["client_secret"])
    visit.fill_card("4242424242424242")
    inject(shop, kind="status", status=429, path="/v1/payment_methods")
    visit.pay()
    expect(visit.page.locator("#result")).to_contain_text("rate limit")
    visit.pay()
    visit.expect_result("Paid")


def test_saving_a_method_takes_no_money(shop: Shop) -> None:
    customer = shop.stripe.post("/v1/customers", email="buyer@example.com")["id"]
    session = shop.stripe.post(
        "/v1/checkout/sessions", mode="setup", ui_mode="elements", currency="usd", customer=customer, return_url="http://127.0.0.1/return"
    )
    visit = shop.open(session["client_secret"])
    visit.fill_card("4000002500003155")
    visit.pay()
    visit.bank.get_by_role("button", name="Complete authentication").click()
    visit.expect_result("Paid")
    assert visit.result()["session"]["status"] == {"type": "complete", "paymentStatus": "no_payment_required"}
    after = shop.stripe.get(f"/v1/checkout/sessions/{session['id']}")
    method = shop.stripe.get(f"/v1/setup_intents/{after['setup_intent']}")["payment_method"]
    assert shop.stripe.get(f"/v1/payment_methods/{method}")["card"]["last4"] == "3155"
