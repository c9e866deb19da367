"""A person buys a subscription in a browser, changes it and cancels it: through the site, the frames, the API and the webhook."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from local.ports import Ports
from local.stack import LocalStack
from tests.support.people import Stripe

PICTURES = os.environ.get("SCREENSHOTS")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert problems == []


def look(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def fill_card(page: Page, number: str = "4242424242424242") -> None:
    frame = page.get_by_test_id("payment-element").locator("iframe").first.content_frame
    frame.get_by_label("Card number").fill(number)
    frame.get_by_label("Expir").fill("12 / 34")
    frame.get_by_label(re.compile("CVC|Security code")).fill("123")
    frame.get_by_label(re.compile("ZIP|Postal code|Postcode")).fill("97712")


def test_buy_change_and_cancel(page: Page, stack: LocalStack) -> None:
    buy_change_and_cancel(page, stack)


@pytest.mark.slow
def test_the_same_on_the_release_of_the_guide(page: Page) -> None:
    """`2025-09-30.clover`: ui_mode custom, initCheckout. Only the one setting differs."""
    with LocalStack(ports=Ports.free(), environment={}, release="2025-09-30.clover") as stack:
        assert stack.config["stripe"]["scriptUrl"].endswith("/clover/stripe.js")
        buy_change_and_cancel(page, stack)
        session = Stripe(stack).client.v1.checkout.sessions.list({"limit": 1}).data[0]
        assert session.ui_mode == "custom"


def buy_change_and_cancel(page: Page, stack: LocalStack) -> None:
    page.goto(stack.site_url)
    cards = page.get_by_test_id("plan-card")
    expect(cards).to_have_count(2)
    look(page, "1-plans")
    cards.filter(has_text="Premium").get_by_test_id("choose-plan").click()

    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    look(page, "2-register")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Confirmation code").fill("123456")
    page.get_by_role("button", name="Confirm email").click()

    expect(page.get_by_test_id("order-total")).to_contain_text("15.00")
    fill_card(page)
    look(page, "3-checkout")
    page.get_by_test_id("pay-button").click()

    expect(page).to_have_url(re.compile(r"/return\.html\?session_id=cs_test_"))
    expect(page.get_by_test_id("return-status")).to_have_attribute("data-state", "done")
    look(page, "4-return")
    page.get_by_test_id("go-to-account").click()

    expect(page.get_by_test_id("plan-name")).to_have_text("Premium")
    expect(page.get_by_test_id("subscription-status")).to_have_text("Active")
    expect(page.get_by_test_id("card-last4")).to_contain_text("4242")
    expect(page.get_by_test_id("feature-item")).to_have_text(["Basic features", "Extended features"])
    look(page, "5-account")

    page.get_by_test_id("change-plan-button").first.click()
    expect(page.get_by_test_id("preview-next")).to_be_visible()
    look(page, "6-preview")
    page.get_by_test_id("confirm-change").click()
    expect(page.get_by_test_id("plan-name")).to_have_text("Basic")
    look(page, "7-changed")

    page.get_by_test_id("cancel-button").click()
    look(page, "8-cancel")
    page.get_by_test_id("confirm-cancel").click()
    expect(page.get_by_test_id("keep-plan-button")).to_be_visible()
    look(page, "9-cancelled")
