"""The account: what is shown is what the server said, also when it did not say much."""

from playwright.sync_api import Page, expect

from tests.unit.site.backend import LOST, Backend, Refusal, account, plan, sign_in, subscription

PREVIEW = {
    "amountDue": 767,
    "currency": "usd",
    "minorUnitDivisor": 100,
    "prorationDate": 1_800_000_000,
    "nextAmount": 1500,
    "nextDate": 1_802_000_000,
    "lines": [
        {"description": "said Stripe", "amount": -383, "proration": True},
        {"description": "said Stripe", "amount": 1150, "proration": True},
    ],
}


def open_account(page: Page) -> None:
    sign_in(page)
    page.goto("/account.html")
    expect(page.get_by_test_id("subscription-status")).to_be_visible()


def test_the_change_is_billed_for_the_moment_of_its_preview(page: Page, backend: Backend) -> None:
    backend.answers |= {
        "GET /account": account(subscription("basic")),
        "POST /create-preview-invoice": PREVIEW,
        "POST /update-subscription": subscription("premium"),
    }
    open_account(page)
    page.get_by_test_id("change-plan-button").click()
    dialog = page.get_by_role("dialog", name="Switch to Premium")
    expect(dialog.get_by_test_id("preview-due")).to_have_text("$7.67")
    expect(dialog.get_by_test_id("preview-line")).to_have_text(["-$3.83", "$11.50"])
    dialog.get_by_role("button", name="Pay $7.67 and switch").click()
    expect(page.get_by_test_id("plan-name")).to_have_text("Premium")
    change = {"subscriptionId": "sub_1", "newPriceId": "price_premium", "prorationDate": 1_800_000_000}
    assert backend.bodies("POST /update-subscription") == [change]


def test_a_downgrade_says_what_the_next_invoice_holds(page: Page, backend: Backend) -> None:
    full = {"description": "said Stripe", "amount": 500, "proration": False}
    lines = [{"description": "", "amount": -1150, "proration": True}, {"description": "", "amount": 383, "proration": True}, full]
    backend.answers |= {
        "GET /account": account(subscription("premium")),
        "POST /create-preview-invoice": PREVIEW | {"amountDue": 0, "nextAmount": 0, "lines": lines},
    }
    open_account(page)
    page.get_by_test_id("change-plan-button").click()
    dialog = page.get_by_role("dialog", name="Switch to Basic")
    expect(dialog.get_by_test_id("preview-due")).to_have_text("$0.00")
    expect(dialog.get_by_test_id("preview-next")).to_have_text("$0.00")
    expect(dialog).to_contain_text("The remaining credit of $2.67")
    expect(dialog).to_contain_text("After that: $5 per month.")


def test_a_declined_change_stays_in_the_dialog(page: Page, backend: Backend) -> None:
    backend.answers |= {
        "GET /account": account(subscription("basic")),
        "POST /create-preview-invoice": PREVIEW,
        "POST /update-subscription": Refusal(402, "payment_failed"),
    }
    open_account(page)
    page.get_by_test_id("change-plan-button").click()
    page.get_by_test_id("confirm-change").click()
    expect(page.get_by_test_id("change-error")).to_contain_text("Your plan has not changed")
    expect(page.get_by_test_id("confirm-change")).to_be_enabled()


def test_a_lost_change_is_looked_up_not_guessed(page: Page, backend: Backend) -> None:
    backend.answers |= {
        "GET /account": account(subscription("basic")),
        "POST /create-preview-invoice": PREVIEW,
        "POST /update-subscription": LOST,
    }
    open_account(page)
    page.get_by_test_id("change-plan-button").click()
    page.get_by_test_id("preview-due").wait_for()
    # It went through all the same.
    backend.answers["GET /account"] = account(subscription("premium"))
    page.get_by_test_id("confirm-change").click()
    expect(page.get_by_test_id("account-news")).to_contain_text("we do not know yet")
    expect(page.get_by_test_id("plan-name")).to_have_text("Premium")
    assert backend.count("POST /update-subscription") == 1


def test_cancelling_by_keyboard(page: Page, backend: Backend) -> None:
    running = subscription()
    end = running["currentPeriodEnd"]
    backend.answers |= {"GET /account": account(running), "POST /cancel-subscription": running | {"cancelAt": end, "nextCharge": None}}
    open_account(page)
    page.get_by_test_id("cancel-button").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Cancel Premium?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_test_id("cancel-button")).to_be_focused()

    page.keyboard.press("Enter")
    expect(dialog.get_by_label("At the end of the period")).to_be_checked()
    dialog.get_by_test_id("confirm-cancel").press("Enter")
    expect(page.get_by_test_id("subscription-status")).to_have_text("Ends soon")
    assert backend.bodies("POST /cancel-subscription") == [{"subscriptionId": "sub_1", "when": "period_end"}]


def test_what_is_overdue_can_only_be_cancelled_at_once(page: Page, backend: Backend) -> None:
    overdue = subscription(status="past_due", paymentStatus="failed")
    card = {"id": "pm_1", "type": "card", "brand": "visa", "last4": "0341", "expMonth": 12, "expYear": 2040}
    backend.answers |= {
        "GET /account": account(overdue, paymentMethod=card),
        "POST /cancel-subscription": subscription(status="canceled"),
    }
    open_account(page)
    expect(page.get_by_test_id("status-text")).to_contain_text("Visa ending in 0341")
    page.get_by_test_id("cancel-button").click()
    page.get_by_role("button", name="Cancel right now").click()
    expect(page.get_by_test_id("subscription-status")).to_have_attribute("data-state", "canceled")
    assert backend.bodies("POST /cancel-subscription") == [{"subscriptionId": "sub_1", "when": "now"}]


def test_two_subscriptions_are_both_shown_and_the_other_can_be_cancelled(page: Page, backend: Backend) -> None:
    other = subscription("basic") | {"id": "sub_2"}
    backend.answers |= {
        "GET /account": account(subscription(), otherSubscriptions=[other]),
        "POST /cancel-subscription": other | {"status": "canceled"},
    }
    open_account(page)
    expect(page.get_by_test_id("two-subscriptions")).to_be_visible()
    page.get_by_test_id("cancel-other-button").click()
    page.get_by_test_id("cancel-now").check()
    page.get_by_test_id("confirm-cancel").click()
    expect(page.get_by_test_id("two-subscriptions")).to_be_hidden()
    assert backend.bodies("POST /cancel-subscription") == [{"subscriptionId": "sub_2", "when": "now"}]


def test_names_are_text_whatever_they_hold(page: Page, backend: Backend) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    backend.answers["GET /plans"] = {"currencies": ["usd"], "plans": [plan("Basic", 500) | {"name": hostile, "features": [hostile]}]}
    backend.answers["GET /account"] = account(subscription("basic"), features=[hostile])
    open_account(page)
    expect(page.get_by_test_id("plan-name")).to_have_text(hostile)
    assert page.locator("main img").count() == 0


def test_a_status_of_tomorrow_is_not_called_an_error(page: Page, backend: Backend) -> None:
    backend.answers["GET /account"] = account(subscription(status="hibernating"))
    open_account(page)
    expect(page.get_by_test_id("subscription-status")).to_have_text("Status unknown")
    expect(page.get_by_test_id("status-text")).to_contain_text("hibernating")


def test_the_gateway_s_own_errors_are_understood(page: Page, backend: Backend) -> None:
    backend.answers["GET /account"] = Refusal(503, body={"message": "Service Unavailable"})
    sign_in(page)
    page.goto("/account.html")
    expect(page.get_by_role("alert")).to_contain_text("There is a lot going on")
    backend.answers["GET /account"] = account(subscription())
    page.get_by_test_id("retry").click()
    expect(page.get_by_test_id("plan-name")).to_have_text("Premium")


def test_without_plans_the_account_still_shows(page: Page, backend: Backend) -> None:
    backend.answers["GET /plans"] = LOST
    backend.answers["GET /account"] = account(subscription())
    open_account(page)
    expect(page.get_by_test_id("plan-name")).to_have_text("Your plan")


def test_a_plan_chosen_on_the_plans_page_opens_its_preview_once(page: Page, backend: Backend) -> None:
    backend.answers |= {"GET /account": account(subscription("basic")), "POST /create-preview-invoice": PREVIEW}
    sign_in(page)
    page.goto("/index.html")
    page.get_by_role("link", name="Switch to Premium").click()
    expect(page.get_by_role("dialog", name="Switch to Premium")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("plan-name")).to_have_text("Basic")
    expect(page.get_by_role("dialog")).to_be_hidden()
