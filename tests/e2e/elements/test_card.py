"""Cards, from the form to the subscription: accepted, declined, challenged by the bank, refused before anything is sent."""

import pytest
from playwright.sync_api import expect

from tests.e2e.elements.shop import Shop


@pytest.mark.parametrize("release", ["endive", "clover"])
def test_4242_pays(shop: Shop, price: str, release: str) -> None:
    session = shop.stripe.session(price, release)
    visit = shop.open(session["client_secret"], release)
    expect(visit.page.locator("#total")).to_have_text("$15.00")
    visit.fill_card("4242424242424242")
    expect(visit.field("number")).to_have_value("4242 4242 4242 4242")
    expect(visit.field("expiry")).to_have_value("12 / 34")
    expect(visit.page.locator("#pay")).to_have_attribute("data-ready", "true")
    visit.pay()
    visit.expect_result("Paid")

    shown = visit.result()["session"]
    assert shown["status"] == {"type": "complete", "paymentStatus": "paid"}
    assert shown["total"]["total"] == {"minorUnitsAmount": 1500, "amount": "$15.00"}
    after = shop.stripe.get(f"/v1/checkout/sessions/{session['id']}", release)
    assert (after["status"], after["payment_status"]) == ("complete", "paid")
    assert shop.stripe.get(f"/v1/subscriptions/{after['subscription']}", release)["status"] == "active"


def test_9995_is_declined_and_another_card_pays(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    visit.fill_card("4000000000009995")
    visit.pay()
    visit.expect_result("Your card has insufficient funds.")
    assert visit.result()["error"] == {
        "message": "Your card has insufficient funds.",
        "code": "paymentFailed",
        "paymentFailed": {"declineCode": "insufficient_funds"},
    }
    expect(visit.error_of("number")).to_have_text("Your card has insufficient funds.")
    expect(visit.field("number")).to_be_focused()
    assert visit.page.evaluate("shop.actions.getSession().status.type") == "open"

    visit.field("number").fill("4242424242424242")
    expect(visit.error_of("number")).to_be_hidden()
    visit.pay()
    visit.expect_result("Paid")


def test_3155_pays_once_the_bank_has_been_answered(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    visit.fill_card("4000002500003155")
    visit.pay()
    expect(visit.bank.get_by_role("dialog", name="Confirm it is you")).to_be_visible()
    visit.bank.get_by_role("button", name="Complete authentication").click()
    visit.expect_result("Paid")
    expect(visit.page.locator("iframe[src$='/elements/challenge']")).to_have_count(0)
    assert visit.result()["session"]["status"] == {"type": "complete", "paymentStatus": "paid"}


def test_3155_that_fails_at_the_bank_leaves_the_session_open(shop: Shop, price: str) -> None:
    session = shop.stripe.session(price)
    visit = shop.open(session["client_secret"])
    visit.fill_card("4000002500003155")
    visit.pay()
    visit.bank.get_by_role("button", name="Fail authentication").click()
    visit.expect_result("We are unable to authenticate your payment method. Please choose a different payment method and try again.")
    assert visit.result()["error"]["code"] == "paymentFailed"
    after = shop.stripe.get(f"/v1/checkout/sessions/{session['id']}")
    assert (after["status"], after["subscription"]) == ("open", None)

    visit.fill_card("4242424242424242")
    visit.pay()
    visit.expect_result("Paid")


WRONG_ENTRIES = [
    ("number", "4242424242424241", "Your card number is invalid."),
    ("number", "42424242", "Your card number is incomplete."),
    ("expiry", "1220", "Your card's expiration year is in the past."),
    ("expiry", "1334", "Your card's expiration date is invalid."),
    ("expiry", "1", "Your card's expiration date is incomplete."),
    ("cvc", "12", "Your card's security code is incomplete."),
    ("postalCode", "123", "Your ZIP code is incomplete."),
]


def test_a_wrong_entry_is_refused_in_the_form(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    sent: list[str] = []
    visit.page.on("request", lambda request: sent.append(request.url))
    for name, typed, message in WRONG_ENTRIES:
        visit.fill_card("4242424242424242")
        field = visit.field(name)
        field.fill(typed)
        visit.pay()
        visit.expect_result(message)
        expect(field).to_be_focused()
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(message if name != "cvc" else f"{message} 3-digit code on your card")
        expect(visit.error_of(name)).to_be_visible()
        assert visit.result()["error"]["code"] is None
        field.fill("")
    assert not [url for url in sent if "/v1/payment_methods" in url or "/confirm" in url]


def test_amex_has_its_own_layout_and_a_code_of_four_digits(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    visit.fill_card("378282246310005", cvc="12345")
    expect(visit.field("number")).to_have_value("3782 822463 10005")
    expect(visit.field("cvc")).to_have_value("1234")
    expect(visit.form.get_by_role("img", name="American Express")).to_be_visible()


def test_one_payment_however_often_the_button_is_pressed(shop: Shop, price: str) -> None:
    visit = shop.open(shop.stripe.session(price)["client_secret"])
    visit.fill_card("4242424242424242")
    results = visit.page.evaluate("Promise.all([1, 2, 3].map(() => shop.actions.confirm({redirect: 'if_required'})))")
    assert sorted(result["type"] for result in results) == ["error", "error", "success"]
    customer = shop.stripe.get(f"/v1/checkout/sessions/{results[0]['session']['id']}")["customer"]
    assert len(shop.stripe.get(f"/v1/subscriptions?customer={customer}")["data"]) == 1
    again = visit.page.evaluate("shop.actions.confirm({redirect: 'if_required'})")
    assert again == {"type": "error", "error": {"message": "This session is already complete.", "code": None}}


def test_by_default_the_buyer_is_sent_to_the_return_address(shop: Shop, price: str) -> None:
    session = shop.stripe.session(price, return_url=f"{shop.site.origin}/return?session_id={{CHECKOUT_SESSION_ID}}")
    visit = shop.open(session["client_secret"], redirect="always")
    visit.fill_card("4242424242424242")
    visit.pay()
    expect(visit.page).to_have_url(f"{shop.site.origin}/return?session_id={session['id']}")
