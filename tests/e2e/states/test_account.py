"""The account in each state that a subscription can be in, reached as it really arises, with the one right next step."""

import re

from playwright.sync_api import expect

from tests.e2e.states.visitor import DAY, Visitor

TRIAL_WITHOUT_METHOD = {"trial_settings": {"end_behavior": {"missing_payment_method": "pause"}}, "trial_period_days": 9}


def test_no_plan(visitor: Visitor) -> None:
    visitor.open_account("none")
    visitor.examine("account-none")
    visitor.press("resubscribe")
    expect(visitor.page).to_have_url(re.compile("/index.html"))


def test_active_then_ends_at_period_end_and_is_kept(visitor: Visitor) -> None:
    visitor.person.subscribe("premium_monthly")
    visitor.open_account("active")
    visitor.page.get_by_test_id("invoices-section").locator("summary").click()
    expect(visitor.page.get_by_test_id("invoice")).to_have_count(1)
    visitor.examine("account-active")
    visitor.press("cancel-button")
    visitor.examine("account-cancel")
    visitor.press("confirm-cancel")
    visitor.sees("ending")
    visitor.examine("account-ending")
    visitor.press("keep-plan-button")
    visitor.sees("active")


def test_the_other_card_asks_the_bank(visitor: Visitor) -> None:
    """3155 wants to be confirmed when it is saved; the challenge lies over the page, not under a dialog."""
    visitor.person.subscribe("premium_monthly")
    visitor.open_account("active")
    visitor.press("change-method-button")
    visitor.fill_card("4000002500003155")
    visitor.press("save-method")
    visitor.answer_bank("Fail")
    expect(visitor.page.get_by_test_id("method-error")).to_be_visible()
    visitor.press("save-method")
    visitor.answer_bank("Complete")
    visitor.told("Visa ending in 3155 is charged from now on")
    expect(visitor.page.get_by_test_id("card-last4")).to_have_text("3155")


def test_trial_without_a_payment_method_gets_one(visitor: Visitor) -> None:
    visitor.operator_subscribes("premium_monthly", trial_period_days=9)
    visitor.open_account("trialing")
    expect(visitor.page.get_by_test_id("trial-end")).to_be_visible()
    visitor.examine("account-trialing")
    visitor.press("add-method-button")
    visitor.fill_card("4242424242424242")
    visitor.press("save-method")
    visitor.told("Visa ending in 4242 is charged from now on")
    expect(visitor.page.get_by_test_id("add-method-button")).to_have_count(0)


def test_paused_goes_on_with_a_payment_method(visitor: Visitor) -> None:
    visitor.operator_subscribes("premium_monthly", **TRIAL_WITHOUT_METHOD)
    visitor.after(10 * DAY)
    visitor.open_account("paused")
    visitor.examine("account-paused")
    visitor.press("add-method-button")
    visitor.fill_card("4242424242424242")
    visitor.press("save-method")
    visitor.told("your plan continues")
    visitor.sees("active")


def test_a_first_payment_that_was_declined_is_paid_with_another_card(visitor: Visitor) -> None:
    visitor.charge_from_now_on("pm_card_chargeCustomerFail")
    visitor.operator_subscribes("premium_monthly", payment_behavior="allow_incomplete")
    visitor.open_account("incomplete")
    visitor.examine("account-incomplete")
    visitor.press("pay-button")
    visitor.told("The payment was declined")
    visitor.fill_card("4242424242424242")
    visitor.press("save-method")
    visitor.told("The payment went through")
    visitor.sees("active")


def test_incomplete_is_confirmed_with_the_bank(visitor: Visitor) -> None:
    visitor.charge_from_now_on("pm_card_authenticationRequired")
    visitor.operator_subscribes("premium_monthly", payment_behavior="allow_incomplete", off_session=False)
    visitor.open_account("action_required")
    visitor.examine("account-action-required")
    visitor.press("confirm-button")
    visitor.answer_bank("Complete")
    visitor.told("The payment went through")
    visitor.sees("active")


def test_two_subscriptions(visitor: Visitor) -> None:
    visitor.person.subscribe("premium_monthly")
    visitor.charge_from_now_on("pm_card_visa")
    visitor.operator_subscribes("basic_monthly")
    visitor.open_account("active")
    expect(visitor.page.get_by_test_id("two-subscriptions")).to_be_visible()
    visitor.examine("account-two-subscriptions")
    visitor.press("cancel-other-button")
    visitor.press("cancel-now")
    visitor.press("confirm-cancel")
    expect(visitor.page.get_by_test_id("two-subscriptions")).to_have_count(0)
    visitor.sees("active")


def test_canceled_subscribes_again(visitor: Visitor) -> None:
    subscription = visitor.person.subscribe("basic_monthly")["subscription"]["id"]
    visitor.person.post("/cancel-subscription", {"subscriptionId": subscription})
    visitor.open_account("canceled")
    visitor.examine("account-canceled")
    visitor.press("resubscribe")
    visitor.page.get_by_test_id("plan-card").filter(has_text="Premium").get_by_test_id("choose-plan").click()
    visitor.fill_card("4242424242424242")
    visitor.press("pay-button")
    expect(visitor.page.get_by_test_id("return-status")).to_have_attribute("data-state", "done")
    visitor.press("go-to-account")
    visitor.sees("active")


def test_an_upgrade_waits_for_the_bank(visitor: Visitor) -> None:
    subscription = visitor.person.subscribe("basic_monthly")["subscription"]["id"]
    visitor.charge_from_now_on("pm_card_authenticationRequired", subscription)
    visitor.open_account("active")
    visitor.press("change-plan-button")
    expect(visitor.page.get_by_test_id("preview-due")).to_be_visible()
    visitor.examine("account-preview")
    visitor.press("confirm-change")
    visitor.sees("change_pending")
    visitor.examine("account-change-pending")
    visitor.press("confirm-button")
    visitor.answer_bank("Complete")
    visitor.told("The payment went through")
    visitor.sees("active")
    expect(visitor.page.get_by_test_id("plan-name")).to_have_text("Premium")


def test_deleting_the_account(visitor: Visitor) -> None:
    subscription = visitor.person.subscribe("basic_monthly")["subscription"]["id"]
    visitor.open_account("active")
    visitor.press("delete-account-button")
    expect(visitor.page.get_by_test_id("delete-dialog")).to_contain_text("Your subscription ends at once")
    visitor.examine("account-delete")
    visitor.press("confirm-delete")
    expect(visitor.page.get_by_test_id("deleted")).to_contain_text("Your account is deleted")
    visitor.examine("account-deleted")
    assert visitor.stripe.client.v1.subscriptions.retrieve(subscription).status == "canceled"
    visitor.page.goto("/account.html")
    expect(visitor.page).to_have_url(re.compile("/sign-in.html"))
