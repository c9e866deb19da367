"""A renewal fails: which card it was, another one saved without leaving the site, and the open invoice paid with it."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.states.visitor import DAY, Visitor

pytestmark = pytest.mark.slow

RETRIES_END = 15 * DAY


def renewal_fails(visitor: Visitor, card: str = "pm_card_chargeCustomerFail") -> None:
    subscription = visitor.person.subscribe("basic_monthly")["subscription"]["id"]
    visitor.charge_from_now_on(card, subscription)
    visitor.after(32 * DAY)


def test_past_due_is_paid_with_another_card(visitor: Visitor) -> None:
    renewal_fails(visitor)
    visitor.open_account("past_due")
    page = visitor.page
    expect(page.get_by_test_id("status-text")).to_contain_text("Visa ending in 0341")
    visitor.examine("account-past-due")
    visitor.press("update-method-button")
    visitor.fill_card("4242424242424242")
    visitor.examine("account-another-card")
    visitor.press("save-method")
    visitor.told("The payment went through")
    visitor.sees("active")
    expect(page.get_by_test_id("card-last4")).to_have_text("4242")
    page.get_by_test_id("invoices-section").locator("summary").click()
    expect(page.get_by_test_id("invoice")).to_have_count(2)
    assert {row.get_attribute("data-status") for row in page.get_by_test_id("invoice").all()} == {"paid"}
    expect(page.get_by_role("link", name="PDF of invoice").first).to_have_attribute("href", re.compile("/pdf$"))


def test_another_card_that_is_declined_too_leaves_the_form_open(visitor: Visitor) -> None:
    renewal_fails(visitor)
    visitor.open_account("past_due")
    visitor.press("update-method-button")
    visitor.fill_card("4000000000000341")
    visitor.press("save-method")
    visitor.told("The payment was declined")
    expect(visitor.page.get_by_test_id("method-update")).to_be_visible()
    visitor.sees("past_due")


def test_unpaid_is_paid_with_another_card(visitor: Visitor) -> None:
    visitor.settings(dunning_end="unpaid")
    try:
        renewal_fails(visitor)
        visitor.after(RETRIES_END)
    finally:
        visitor.settings(dunning_end="cancel")
    visitor.open_account("unpaid")
    visitor.examine("account-unpaid")
    visitor.press("update-method-button")
    visitor.fill_card("4242424242424242")
    visitor.press("save-method")
    visitor.told("The payment went through")
    visitor.sees("active")
