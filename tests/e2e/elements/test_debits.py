"""Bank debits: offered only in the currency they take, checked in the form, processing once confirmed."""

from playwright.sync_api import expect

from tests.e2e.elements.shop import Shop


def test_a_debit_is_offered_in_its_own_currency_only(shop: Shop, price: str) -> None:
    for currency, tabs in {"usd": [], "eur": ["Card", "SEPA Debit"], "aud": ["Card", "BECS Direct Debit"]}.items():
        visit = shop.open(shop.stripe.session(price, currency=currency)["client_secret"])
        expect(visit.field("number")).to_be_visible()
        expect(visit.form.get_by_role("tab")).to_have_text(tabs)


def test_sepa_in_euros(shop: Shop, price: str) -> None:
    session = shop.stripe.session(price, currency="eur")
    visit = shop.open(session["client_secret"])
    expect(visit.page.locator("#total")).to_have_text("€14.00")
    visit.form.get_by_role("tab", name="SEPA Debit").click()
    visit.form.get_by_label("IBAN").fill("AT321904300235473205")
    visit.pay()
    expect(visit.form.locator("#iban-error")).to_have_text("The IBAN you entered is invalid.")

    visit.form.get_by_label("IBAN").fill("at321904300235473204")
    expect(visit.form.get_by_label("IBAN")).to_have_value("AT32 1904 3002 3547 3204")
    visit.form.get_by_label("Full name").fill("Ada Käufer")
    expect(visit.form.get_by_label("Email")).to_have_value("buyer@example.com")
    expect(visit.form.get_by_text("refund within 8 weeks")).to_be_visible()
    visit.pay()
    visit.expect_result("Paid")
    assert visit.result()["session"]["status"] == {"type": "complete", "paymentStatus": "unpaid"}
    after = shop.stripe.get(f"/v1/checkout/sessions/{session['id']}")
    subscription = shop.stripe.get(f"/v1/subscriptions/{after['subscription']}")
    method = shop.stripe.get(f"/v1/payment_methods/{subscription['default_payment_method']}")
    assert (method["type"], method["billing_details"]["name"]) == ("sepa_debit", "Ada Käufer")


def test_becs_in_australian_dollars(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price, currency="aud")["client_secret"])
    visit.form.get_by_role("tab", name="BECS Direct Debit").click()
    visit.form.get_by_label("BSB").fill("000000")
    expect(visit.form.get_by_label("BSB")).to_have_value("000-000")
    expect(visit.form.get_by_text("Stripe Test Bank")).to_be_visible()
    visit.pay()
    expect(visit.form.locator("#accountNumber-error")).to_have_text("The account number you entered is incomplete.")
    visit.form.get_by_label("Account number").fill("900123456")
    visit.form.get_by_label("Full name").fill("Ada Buyer")
    visit.pay()
    visit.expect_result("Paid")
    assert visit.result()["session"]["status"] == {"type": "complete", "paymentStatus": "unpaid"}
