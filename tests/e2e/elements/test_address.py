"""The Address Elements: as the country writes them, told to the session and to the payment method."""

from playwright.sync_api import expect

from tests.e2e.elements.shop import Shop


def test_the_billing_address_reaches_session_and_payment_method(shop: Shop, price: str) -> None:
    session = shop.stripe.session(price)
    visit = shop.open(session["client_secret"], billing=True)
    # The address is asked for once.
    expect(visit.field("number")).to_be_visible()
    expect(visit.field("postalCode")).to_be_hidden()
    visit.field("number").fill("4242424242424242")
    visit.field("expiry").fill("1234")
    visit.field("cvc").fill("123")
    visit.pay()
    visit.expect_result("This field is incomplete.")
    expect(visit.billing.get_by_label("Full name")).to_be_focused()

    visit.billing.get_by_label("Full name").fill("Ada Buyer")
    visit.billing.get_by_label("Address line 1").fill("27 Fredrick Ave")
    visit.billing.get_by_label("City").fill("Brothers")
    visit.billing.get_by_label("State").select_option("OR")
    visit.billing.get_by_label("ZIP code").fill("97712")
    expect(visit.page.locator("#pay")).to_have_attribute("data-ready", "true")
    wanted = {"line1": "27 Fredrick Ave", "line2": None, "city": "Brothers", "state": "OR", "postal_code": "97712", "country": "US"}
    value = visit.page.evaluate("shop.checkout.getBillingAddressElement().getValue()")
    assert (value["complete"], value["value"]) == (True, {"name": "Ada Buyer", "address": wanted})
    visit.pay()
    visit.expect_result("Paid")
    shown = visit.result()["session"]["billingAddress"]
    assert (shown["name"], {name: part or None for name, part in shown["address"].items()}) == ("Ada Buyer", wanted)
    after = shop.stripe.get(f"/v1/checkout/sessions/{session['id']}")
    subscription = shop.stripe.get(f"/v1/subscriptions/{after['subscription']}")
    method = shop.stripe.get(f"/v1/payment_methods/{subscription['default_payment_method']}")
    assert (method["billing_details"]["name"], method["billing_details"]["address"]) == ("Ada Buyer", wanted)


def test_the_form_follows_the_country_and_keeps_what_was_typed(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"], billing=True)
    visit.billing.get_by_label("City").fill("Lyon")
    visit.billing.get_by_label("Country or region").select_option("FR")
    expect(visit.billing.get_by_label("State")).to_have_count(0)
    expect(visit.billing.get_by_label("City")).to_have_value("Lyon")
    visit.billing.get_by_label("Country or region").select_option("AU")
    expect(visit.billing.get_by_label("Suburb")).to_have_value("Lyon")
    expect(visit.billing.get_by_label("State").locator("option")).to_have_count(9)
