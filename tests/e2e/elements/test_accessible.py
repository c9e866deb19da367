"""Usable without a mouse and without sight."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Frame, expect

from tests.e2e.elements.shop import ROOT, Shop


def axe_source() -> str:
    """axe-core, from $AXE or from the site's own node tooling."""
    candidates = [os.environ.get("AXE", ""), ROOT / "tests" / "web" / "node_modules" / "axe-core" / "axe.min.js"]
    found = [Path(candidate) for candidate in candidates if candidate and Path(candidate).is_file()]
    if not found:
        pytest.skip("axe-core is not installed (tests/web)")
    return found[0].read_text()


def violations(frame: Frame, source: str) -> list[str]:
    frame.evaluate(source)
    # A frame has no page of its own around it: landmarks and a main heading are the embedding page's to give.
    off = {rule: {"enabled": False} for rule in ("region", "landmark-one-main", "page-has-heading-one")}
    report = frame.evaluate("(rules) => axe.run(document, {rules})", off)
    return [f"{found['id']}: {node['html']}" for found in report["violations"] for node in found["nodes"]]


def test_paying_by_keyboard_alone(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price, currency="eur")["client_secret"])
    expect(visit.field("number")).to_be_visible()
    keyboard = visit.page.keyboard
    keyboard.press("Tab")
    expect(visit.form.get_by_role("tab", name="Card")).to_be_focused()
    keyboard.press("ArrowRight")
    expect(visit.form.get_by_role("tab", name="SEPA Debit")).to_be_focused()
    expect(visit.form.get_by_label("IBAN")).to_be_visible()
    keyboard.press("ArrowRight")
    for typed in ("4000002500003155", "1234", "123"):
        keyboard.press("Tab")
        keyboard.type(typed)
    keyboard.press("Tab")
    expect(visit.form.get_by_label("Country")).to_be_focused()
    keyboard.press("Tab")
    keyboard.type("12345")
    keyboard.press("Tab")
    expect(visit.page.locator("#pay")).to_be_focused()
    keyboard.press("Enter")
    complete = visit.bank.get_by_role("button", name="Complete authentication")
    fail = visit.bank.get_by_role("button", name="Fail authentication")
    expect(complete).to_be_focused()
    for expected in (fail, complete):
        keyboard.press("Tab")
        expect(expected).to_be_focused()
    keyboard.press("Enter")
    visit.expect_result("Paid")
    expect(visit.page.locator("#pay")).to_be_focused()


def test_typing_in_the_middle_keeps_the_caret(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    number = visit.field("number")
    number.press_sequentially("424242")
    for _ in range(5):
        number.press("ArrowLeft")
    number.press_sequentially("995")
    expect(number).to_have_value("4299 5424 2")
    visit.field("expiry").press_sequentially("5")
    expect(visit.field("expiry")).to_have_value("05 / ")
    visit.field("expiry").press("Backspace")
    expect(visit.field("expiry")).to_have_value("0")
    visit.field("expiry").fill("12/2034")
    expect(visit.field("expiry")).to_have_value("12 / 34")


def test_fields_tell_their_purpose(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    purposes = {
        "number": "cc-number",
        "expiry": "cc-exp",
        "cvc": "cc-csc",
        "country": "billing country",
        "postalCode": "billing postal-code",
    }
    for name, token in purposes.items():
        expect(visit.field(name)).to_have_attribute("autocomplete", token)
    expect(visit.page.get_by_title("Secure payment input frame")).to_be_visible()
    expect(visit.form.get_by_text("Test stand-in for Stripe.")).to_be_visible()


@pytest.mark.parametrize("theme", ["stripe", "night", "flat"])
def test_axe_finds_nothing(shop: Shop, price: str, theme: str) -> None:
    source = axe_source()
    appearance = {"theme": theme}
    visit = shop.open(
        shop.stripe.session(price, currency="eur")["client_secret"], appearance=appearance, dark=theme == "night", billing=True
    )
    expect(visit.billing.get_by_label("Full name")).to_be_visible()
    expect(visit.field("number")).to_be_visible()
    visit.pay()
    visit.expect_result("This field is incomplete.")
    frames = [frame for frame in visit.page.frames if frame.url.startswith(shop.stripe.origin)]
    assert len(frames) == 3
    for frame in frames:
        # axe judges contrast against the canvas, which in a transparent frame is the page behind.
        frame.evaluate("(colour) => { document.body.style.backgroundColor = colour; }", "#16171f" if theme == "night" else "#ffffff")
        assert violations(frame, source) == []


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_at_the_bank(shop: Shop, price: str, dark: bool) -> None:
    source = axe_source()
    visit = shop.open(shop.stripe.session(price)["client_secret"], dark=dark, appearance={"theme": "night" if dark else "stripe"})
    visit.fill_card("4000002500003155")
    visit.pay()
    expect(visit.bank.get_by_role("dialog")).to_be_visible()
    bank = next(frame for frame in visit.page.frames if frame.url.endswith("/elements/challenge"))
    assert violations(bank, source) == []
