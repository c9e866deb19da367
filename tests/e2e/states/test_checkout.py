"""Paying: what the bank, the card and the clock can do to it, and what the pages then say."""

import pytest
from playwright.sync_api import expect

from tests.e2e.states.visitor import DAY, Visitor

CHECKOUT = "checkout.html?plan=premium_monthly&currency="
SETTLES, FAILS = "AT321904300235473204", "AT861904300235473202"
DEBIT_SECONDS = 3 * 60 + 1


def open_checkout(visitor: Visitor, currency: str = "usd") -> None:
    visitor.sign_in()
    visitor.sees("none")
    visitor.page.goto(f"/{CHECKOUT}{currency}")
    expect(visitor.page.get_by_test_id("order-total")).to_contain_text("15.00")
    expect(visitor.payment_frame().get_by_label("Card number")).to_be_visible()


def returns_with(visitor: Visitor, state: str) -> None:
    expect(visitor.page.get_by_test_id("return-status")).to_have_attribute("data-state", state)


def test_a_bank_that_asks_and_is_answered(visitor: Visitor) -> None:
    open_checkout(visitor)
    visitor.examine("checkout")
    visitor.fill_card("4000002500003155")
    visitor.press("pay-button")
    visitor.answer_bank("Complete")
    returns_with(visitor, "done")
    visitor.examine("return-done")


def test_a_bank_that_is_not_convinced_and_a_card_without_funds(visitor: Visitor) -> None:
    open_checkout(visitor)
    visitor.fill_card("4000002500003155")
    visitor.press("pay-button")
    visitor.answer_bank("Fail")
    expect(visitor.page.get_by_test_id("checkout-error")).to_contain_text("You have not been charged")
    visitor.fill_card("4000000000009995")
    visitor.press("pay-button")
    expect(visitor.page.get_by_test_id("checkout-error")).to_contain_text("The card has insufficient funds")
    visitor.examine("checkout-declined")
    assert visitor.person.account().get("subscription") is None
    visitor.fill_card("4242424242424242")
    visitor.press("pay-button")
    returns_with(visitor, "done")


@pytest.mark.parametrize(("iban", "settled"), [(SETTLES, "active"), (FAILS, "payment_failed")])
def test_a_bank_debit_three_minutes_later(visitor: Visitor, iban: str, settled: str) -> None:
    open_checkout(visitor, "eur")
    frame = visitor.payment_frame()
    frame.get_by_role("tab", name="SEPA Debit").click()
    frame.get_by_label("IBAN").fill(iban)
    frame.get_by_label("Full name").fill("Jo Doe")
    for label, value in (("Address line 1", "Ring 1"), ("City", "Wien"), ("Postal code", "1010")):
        if frame.get_by_label(label).count():
            frame.get_by_label(label).first.fill(value)
    visitor.press("pay-button")
    returns_with(visitor, "processing")
    visitor.examine("return-processing")
    visitor.press("go-to-account")
    visitor.sees("processing")
    visitor.examine("account-processing")
    visitor.after(DEBIT_SECONDS)
    visitor.page.reload()
    visitor.sees(settled)
    visitor.examine(f"account-debit-{settled.replace('_', '-')}")


def test_a_checkout_that_expired_starts_again(visitor: Visitor) -> None:
    open_checkout(visitor)
    visitor.fill_card("4242424242424242")
    visitor.after(DAY + 60)
    visitor.press("pay-button")
    expect(visitor.page.get_by_test_id("checkout-stopped")).to_contain_text("This checkout has expired")
    visitor.examine("checkout-expired")
    visitor.page.get_by_role("button", name="Start again").click()
    visitor.fill_card("4242424242424242")
    visitor.press("pay-button")
    returns_with(visitor, "done")
