"""Paying: one charge, whatever is pressed, lost or reloaded."""

import re

from playwright.sync_api import Page, expect

from tests.unit.site.backend import Backend, Refusal, account, sign_in, subscription

CHECKOUT = "/checkout.html?plan=premium_monthly&currency=eur"


def open_checkout(page: Page) -> None:
    sign_in(page)
    page.goto(CHECKOUT)
    expect(page.get_by_test_id("pay-button")).to_have_text("Pay $15.00")
    expect(page.get_by_test_id("pay-button")).to_be_enabled()


def pay(page: Page, **how: object) -> None:
    """Presses the button; the payment ends as `how` says (stripe_stub.js)."""
    page.evaluate("how => Object.assign(stub, how)", how)
    page.get_by_test_id("pay-button").click()


def test_the_server_is_asked_for_the_chosen_plan_and_currency(page: Page, backend: Backend) -> None:
    open_checkout(page)
    assert backend.bodies("POST /create-checkout-session") == [{"lookupKey": "premium_monthly", "currency": "eur"}]
    assert backend.count("POST /create-customer") == 1


def test_one_charge_however_often_the_button_is_pressed(page: Page) -> None:
    open_checkout(page)
    button = page.get_by_test_id("pay-button")
    pay(page, pending=True)
    expect(button).to_have_attribute("aria-busy", "true")
    button.dispatch_event("click")
    button.dispatch_event("click")
    page.evaluate("document.getElementById('payment-form').requestSubmit()")
    assert page.evaluate("stub.confirms") == 1


def test_a_declined_card_says_why_and_that_nothing_was_charged(page: Page) -> None:
    open_checkout(page)
    error = {"message": "declined", "code": "paymentFailed", "paymentFailed": {"declineCode": "insufficient_funds"}}
    pay(page, result={"type": "error", "error": error})
    expect(page.get_by_role("alert").filter(has_text="insufficient funds")).to_contain_text("You have not been charged")
    expect(page.get_by_test_id("pay-button")).to_have_text("Pay $15.00")
    expect(page.get_by_test_id("pay-button")).to_be_enabled()


def test_a_lost_answer_is_not_called_a_failure_and_cannot_be_paid_over(page: Page, backend: Backend) -> None:
    open_checkout(page)
    pay(page, lost=True)
    expect(page.get_by_test_id("payment-unknown")).to_contain_text("do not pay again")
    expect(page.get_by_test_id("pay-button")).to_be_hidden()
    page.evaluate("document.getElementById('payment-form').requestSubmit()")
    assert page.evaluate("stub.confirms") == 1

    backend.answers["GET /session-status"] = {"status": "complete", "paymentStatus": "paid", "subscriptionId": "sub_1"}
    backend.answers["GET /account"] = account(subscription())
    page.get_by_test_id("check-payment").click()
    expect(page.get_by_test_id("return-status")).to_have_attribute("data-state", "done")


def test_a_lost_answer_to_a_payment_that_never_was(page: Page) -> None:
    open_checkout(page)
    page.clock.install()
    pay(page, lost=True)
    page.get_by_test_id("check-payment").click()
    page.clock.run_for(10_000)
    expect(page.get_by_test_id("checkout-error")).to_contain_text("you have not been charged")
    expect(page.get_by_test_id("pay-button")).to_be_enabled()


def test_back_after_paying_leads_to_the_payment_and_asks_for_no_session(page: Page, backend: Backend) -> None:
    open_checkout(page)
    backend.answers["GET /session-status"] = {"status": "complete", "paymentStatus": "paid", "subscriptionId": "sub_1"}
    pay(page)
    expect(page).to_have_url(re.compile("return.html"))
    # The webhook has not come yet, and somebody goes back to pay "again".
    page.goto(CHECKOUT)
    expect(page).to_have_url(re.compile(r"return\.html\?session_id=cs_1"))
    assert backend.count("POST /create-checkout-session") == 1


def test_the_payment_of_who_used_this_tab_before_holds_nobody_up(page: Page, backend: Backend) -> None:
    backend.answers["GET /session-status"] = Refusal(404, "not_found")
    page.add_init_script("sessionStorage.setItem('recur.paidSession', 'cs_of_another')")
    open_checkout(page)


def test_whoever_has_a_subscription_is_led_to_it(page: Page, backend: Backend) -> None:
    backend.answers["POST /create-checkout-session"] = Refusal(409, "live_subscription")
    backend.answers["GET /account"] = account(subscription())
    sign_in(page)
    page.goto(CHECKOUT)
    expect(page).to_have_url("/account.html")
    expect(page.get_by_test_id("account-news")).to_contain_text("nothing was charged")


def test_stripe_blocked_says_so_and_can_be_retried(page: Page, backend: Backend) -> None:
    backend.stripe_blocked = True
    sign_in(page)
    page.goto(CHECKOUT)
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    backend.stripe_blocked = False
    page.get_by_test_id("retry").click()
    expect(page.get_by_test_id("pay-button")).to_have_text("Pay $15.00")


def test_a_promotion_code_changes_the_total(page: Page) -> None:
    open_checkout(page)
    page.get_by_label("Promotion code").fill("nonsense")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("This code is not valid")).to_be_visible()
    page.get_by_label("Promotion code").fill("WELCOME")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_test_id("order-total")).to_have_text("$12.00")
    expect(page.get_by_test_id("pay-button")).to_have_text("Pay $12.00")
    page.get_by_role("button", name="Remove code").click()
    expect(page.get_by_test_id("order-total")).to_have_text("$15.00")


def test_the_element_follows_the_colour_scheme(page: Page) -> None:
    open_checkout(page)
    element = page.get_by_test_id("payment-element")
    expect(element).to_have_attribute("data-theme", "stripe")
    expect(element).to_have_attribute("data-background", "#fff")
    page.emulate_media(color_scheme="dark")
    expect(element).to_have_attribute("data-theme", "night")
    expect(element).to_have_attribute("data-background", "#151d1a")


def test_success_is_not_claimed_before_the_account_agrees(page: Page, backend: Backend) -> None:
    backend.answers["GET /session-status"] = {"status": "complete", "paymentStatus": "paid", "subscriptionId": "sub_1"}
    sign_in(page)
    page.goto("/return.html?session_id=cs_1")
    expect(page.get_by_test_id("return-status")).to_have_attribute("data-state", "settling")
    expect(page.get_by_role("heading", level=1)).to_have_text("Payment received")
    backend.answers["GET /account"] = account(subscription(), features=["basic_features"])
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re on Premium")


def test_a_payment_of_nobody(page: Page, backend: Backend) -> None:
    backend.answers["GET /session-status"] = Refusal(404, "not_found")
    sign_in(page)
    page.goto("/return.html?session_id=cs_other")
    expect(page.get_by_test_id("return-status")).to_have_attribute("data-state", "missing")
