"""The Appearance API changes what is seen, at once and later."""

from playwright.sync_api import expect

from tests.e2e.elements.shop import Shop

RULES = {".Input": {"borderTopWidth": "3px", "backgroundColor": "rgb(1, 2, 3)"}, ".Input:focus": {"borderTopColor": "rgb(9, 9, 9)"}}


def test_variables_and_rules(shop: Shop, price: str) -> None:
    appearance = {
        "theme": "flat",
        "variables": {
            "colorPrimary": "#7a3cff",
            "colorText": "#102030",
            "borderRadius": "11px",
            "fontSizeBase": "18px",
            "spacingUnit": "6px",
        },
        "rules": RULES,
    }
    visit = shop.open(shop.stripe.session(price, currency="eur")["client_secret"], appearance=appearance)
    number = visit.field("number")
    expect(number).to_have_css("border-radius", "11px")
    expect(number).to_have_css("font-size", "18px")
    expect(number).to_have_css("color", "rgb(16, 32, 48)")
    expect(number).to_have_css("border-top-width", "3px")
    expect(number).to_have_css("background-color", "rgb(1, 2, 3)")
    expect(visit.form.get_by_role("tab", name="Card")).to_have_css("color", "rgb(122, 60, 255)")
    number.focus()
    expect(number).to_have_css("border-top-color", "rgb(9, 9, 9)")


def test_themes_change_live_without_losing_what_was_typed(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    visit.field("number").fill("4242")
    expect(visit.field("number")).to_have_css("background-color", "rgb(255, 255, 255)")
    visit.page.evaluate("shop.checkout.changeAppearance({theme: 'night', variables: {colorDanger: '#ff0000'}})")
    expect(visit.field("number")).to_have_css("background-color", "rgb(48, 49, 61)")
    expect(visit.field("number")).to_have_value("4242")
    # A frame of another colour scheme than its page gets an opaque canvas; the page's iframe element has to follow.
    expect(visit.page.locator("#payment iframe")).to_have_css("color-scheme", "dark")
    visit.pay()
    expect(visit.error_of("number")).to_have_css("color", "rgb(255, 0, 0)")


def test_a_rule_for_inputs_leaves_the_error_state_alone(shop: Shop, price: str) -> None:
    appearance = {"variables": {"colorDanger": "#ff0000"}, "rules": {".Input": {"border": "1px solid #00ff00"}}}
    visit = shop.open(shop.stripe.session(price)["client_secret"], appearance=appearance)
    expect(visit.field("number")).to_have_css("border-top-color", "rgb(0, 255, 0)")
    visit.pay()
    expect(visit.field("number")).to_have_css("border-top-color", "rgb(255, 0, 0)")


def test_a_rule_cannot_fetch_anything(shop: Shop, price: str) -> None:
    rules = {".Input": {"backgroundImage": "url(https://example.com/x.png)"}, "body": {"display": "none"}}
    visit = shop.open(shop.stripe.session(price)["client_secret"], appearance={"rules": rules})
    expect(visit.field("number")).to_have_css("background-image", "none")
    expect(visit.form.locator("body")).to_have_css("display", "block")


def test_the_frame_is_as_tall_as_its_form(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    frame = visit.page.locator("#payment iframe")

    def height() -> int:
        wanted = visit.form.locator("body").evaluate("(body) => Math.ceil(body.getBoundingClientRect().height)")
        expect(frame).to_have_css("height", f"{wanted}px")
        return wanted

    expect(visit.field("number")).to_be_visible()
    before = height()
    visit.pay()
    visit.expect_result("Your card number is incomplete.")
    assert height() > before
