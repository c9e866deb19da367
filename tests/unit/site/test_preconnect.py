"""A connection to Stripe is opened before it is needed, and not for everybody who only reads."""

from playwright.sync_api import Page, expect

from tests.unit.site.backend import Backend, account, sign_in, subscription

LINK = "link[rel=preconnect]"


def test_pointing_at_a_plan_opens_a_connection_to_where_stripe_js_comes_from(page: Page, backend: Backend) -> None:
    page.goto("/index.html")
    plan = page.get_by_test_id("plan-card").first
    expect(plan).to_be_visible()
    expect(page.locator(LINK)).to_have_count(0)
    plan.hover()
    expect(page.locator(LINK)).to_have_count(1)
    script = page.evaluate("fetch('config.json').then((answer) => answer.json()).then((config) => new URL(config.stripe.scriptUrl).origin)")
    expect(page.locator(LINK)).to_have_attribute("href", script)


def test_the_account_opens_one_when_another_payment_method_is_wanted(page: Page, backend: Backend) -> None:
    backend.answers["GET /account"] = account(subscription("basic"))
    sign_in(page)
    page.goto("/account.html")
    button = page.get_by_test_id("change-method-button")
    expect(button).to_be_visible()
    expect(page.locator(LINK)).to_have_count(0)
    button.click()
    expect(page.locator(LINK)).to_have_count(1)
