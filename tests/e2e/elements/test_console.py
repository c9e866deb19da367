"""The page at the fake Stripe's root: live, faithful to what is there, harmless with what was stored."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.elements.shop import FakeStripe
from tests.e2e.elements.test_accessible import axe_source, violations


@pytest.fixture
def console(stripe: FakeStripe, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{stripe.origin}/")
    expect(page.get_by_role("heading", name="Events")).to_be_visible()
    yield page
    context.close()


def test_what_happens_shows_without_a_reload(stripe: FakeStripe, console: Page) -> None:
    customer = stripe.post("/v1/customers", email="live@example.com", name="<img src=x onerror=document.title='broken'>")["id"]
    row = console.get_by_role("row").filter(has_text=customer[:16]).filter(has_text="customer.created")
    expect(row).to_be_visible()
    row.get_by_role("link", name="customer.created").click()
    detail = console.get_by_role("complementary", name="Object")
    expect(detail.get_by_text('"live@example.com"')).to_be_visible()
    expect(detail.get_by_text("onerror")).to_be_visible()
    assert console.title() == "Fake Stripe"

    console.get_by_role("link", name="Customers").click()
    expect(detail).to_be_hidden()
    listed = console.get_by_role("row").filter(has_text="live@example.com")
    listed.get_by_role("link").first.click()
    expect(detail.get_by_role("heading", name=customer)).to_be_visible()

    stripe.post(f"/v1/customers/{customer}", email="changed@example.com")
    expect(detail.get_by_text('"changed@example.com"')).to_be_visible()
    expect(console.get_by_role("row").filter(has_text="changed@example.com")).to_be_visible()


def test_an_id_leads_to_its_object(stripe: FakeStripe, price: str, console: Page) -> None:
    product = stripe.get(f"/v1/prices/{price}")["product"]
    console.get_by_role("link", name="Prices").click()
    console.get_by_role("row").filter(has_text=price[:16]).get_by_role("link").first.click()
    detail = console.get_by_role("complementary", name="Object")
    detail.get_by_role("link", name=product).click()
    expect(detail.get_by_role("heading", name=product)).to_be_visible()
    expect(console.get_by_role("heading", name="Prices")).to_be_visible()


def test_time_is_moved_by_a_button(stripe: FakeStripe, price: str, console: Page) -> None:
    before = stripe.get("/_control/clock")["now"]
    session = stripe.session(price)
    console.get_by_role("button", name="+ 1 day").click()
    expect(console.get_by_text("ahead")).to_be_visible()
    assert stripe.get("/_control/clock")["now"] >= before + 86_400
    console.get_by_role("link", name="Checkout sessions").click()
    expect(console.get_by_role("row").filter(has_text=session["id"][:16])).to_contain_text("expired")


def test_a_refusal_is_told(console: Page) -> None:
    console.get_by_label("Move Stripe's time to").fill("2001-01-01T00:00:00")
    console.get_by_role("button", name="Go", exact=True).click()
    expect(console.get_by_text("time moves forward only")).to_be_visible()


def test_the_filter(stripe: FakeStripe, console: Page) -> None:
    stripe.post("/v1/customers", email="needle@example.com")
    console.get_by_label("Filter").fill("NEEDLE@")
    expect(console.locator("#rows tr")).to_have_count(1)
    console.get_by_label("Filter").fill("in no event at all")
    expect(console.get_by_text("Nothing matches the filter.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(stripe: FakeStripe, console: Page, scheme: str) -> None:
    source = axe_source()
    stripe.post("/v1/customers", email="axe@example.com")
    console.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    console.locator("#rows tr a.open").first.click()
    expect(console.locator("#json")).to_contain_text('"object"')
    assert violations(console.main_frame, source) == []
