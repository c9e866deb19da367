"""The session as a site sees it, and what changes it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.elements.shop import Shop


def test_each_release_knows_its_own_name_only(shop: Shop) -> None:
    known = "[typeof shop.stripe.initCheckout, typeof shop.stripe.initCheckoutElementsSdk]"
    assert shop.open(release="endive").page.evaluate(known) == ["undefined", "function"]
    assert shop.open(release="clover").page.evaluate(known) == ["function", "undefined"]


def test_what_is_not_covered_says_so_by_name(shop: Shop) -> None:
    visit = shop.open(release="endive")
    said = visit.page.evaluate(
        """() => ['elements', 'createToken'].map((name) => {
          try { shop.stripe[name](); } catch (error) { return `${error.name}: ${error.message}`; }
        })"""
    )
    assert said == [
        f"IntegrationError: stripe.{name} is not supported by this stand-in for Stripe.js." for name in ("elements", "createToken")
    ]
    for key in ("sk_test_local", "pk_live_1"):
        assert visit.page.evaluate("(key) => { try { Stripe(key); } catch (error) { return error.name; } }", key) == "IntegrationError"


@pytest.mark.parametrize("secret", ["nonsense", "cs_test_missing_secret_x"])
def test_a_wrong_client_secret_is_an_error_not_a_form(shop: Shop, secret: str) -> None:
    visit = shop.open(secret)
    loaded = visit.page.evaluate("shop.checkout.loadActions()")
    assert loaded["type"] == "error"
    assert loaded["error"]["code"] is None
    expect(visit.page.locator("body[data-loaderror]")).to_be_attached()


def test_promotion_code(shop: Shop, price: str) -> None:
    coupon = shop.stripe.post("/v1/coupons", percent_off=20, duration="forever", name="Friends")["id"]
    code = shop.stripe.post("/v1/promotion_codes", **{"promotion[type]": "coupon", "promotion[coupon]": coupon, "code": "FRIENDS20"})[
        "code"
    ]
    visit = shop.open(shop.stripe.session(price, allow_promotion_codes="true")["client_secret"])
    page = visit.page
    assert page.evaluate("shop.actions.applyPromotionCode('NOSUCH')")["error"]["code"] == "invalidCode"

    applied = page.evaluate("(code) => shop.actions.applyPromotionCode(code)", code)
    assert applied["type"] == "success"
    expect(page.locator("#total")).to_have_text("$12.00")
    session = page.evaluate("shop.actions.getSession()")
    assert session["total"]["discount"] == {"minorUnitsAmount": 300, "amount": "$3.00"}
    assert [(found["promotionCode"], found["percentOff"], found["amount"]) for found in session["discountAmounts"]] == [(code, 20, "$3.00")]

    page.evaluate("shop.actions.removePromotionCode()")
    expect(page.locator("#total")).to_have_text("$15.00")
    page.evaluate("(code) => shop.actions.applyPromotionCode(code)", code)
    visit.fill_card("4242424242424242")
    visit.pay()
    visit.expect_result("Paid")
    assert visit.result()["session"]["total"]["total"]["minorUnitsAmount"] == 1200


def test_amounts_are_written_as_the_visitor_writes_them(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price, currency="eur")["client_secret"], locale="fr")
    expect(visit.page.locator("#total")).to_have_text("14,00 €")
    expect(visit.form.get_by_label("Numéro de carte")).to_be_visible()
    visit.field("number").fill("4242424242424241")
    expect(visit.error_of("number")).to_have_text("Le numéro de carte est invalide.")


def test_email_and_phone(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    update = "(email) => shop.actions.updateEmail(email).then(({type, error}) => error?.code ?? type)"
    assert visit.page.evaluate(update, "ada") == "invalidEmail"
    assert visit.page.evaluate(update, "ada@") == "incompleteEmail"
    assert visit.page.evaluate("shop.actions.getSession().email") == "buyer@example.com"
    visit.page.evaluate("shop.actions.updatePhoneNumber('+15550100')")
    assert visit.page.evaluate("shop.actions.getSession().phoneNumber") == "+15550100"


def test_events_of_the_element(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price, currency="eur")["client_secret"])
    visit.field("number").focus()
    visit.fill_card("4242424242424242")
    visit.page.keyboard.press("Escape")
    visit.form.get_by_role("tab", name="SEPA Debit").click()
    expect(visit.page.locator("body[data-escape]")).to_be_attached()
    events = visit.page.evaluate("shop.events")
    names = [event["name"] for event in events]
    assert names[:2] == ["loaderstart", "ready"]
    assert "focus" in names
    changes = [(event["empty"], event["complete"], event["value"]["type"]) for event in events if event["name"] == "change"]
    assert changes == [(False, False, "card"), (False, True, "card"), (True, False, "sepa_debit")]
    assert {event["elementType"] for event in events} == {"payment"}


def test_an_element_can_be_taken_away_and_put_back(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    expect(visit.field("number")).to_be_visible()
    visit.page.evaluate("shop.checkout.getPaymentElement().unmount()")
    expect(visit.page.locator("#payment iframe")).to_have_count(0)
    visit.page.evaluate("shop.checkout.getPaymentElement().mount('#payment')")
    visit.fill_card("4242424242424242")
    visit.page.evaluate("shop.checkout.getPaymentElement().clear()")
    expect(visit.field("number")).to_have_value("")
    visit.page.evaluate("shop.checkout.getPaymentElement().destroy()")
    assert visit.page.evaluate("shop.checkout.getPaymentElement()") is None


def test_run_server_update_shows_what_the_server_changed(shop: Shop, price: str) -> None:
    session = shop.stripe.session(price)
    visit = shop.open(session["client_secret"])
    shop.stripe.post(f"/v1/checkout/sessions/{session['id']}/expire")
    result = visit.page.evaluate("shop.actions.runServerUpdate(async () => {})")
    assert (result["type"], result["session"]["status"]) == ("success", {"type": "expired"})
    visit.fill_card("4242424242424242")
    visit.pay()
    visit.expect_result("This session has expired.")
