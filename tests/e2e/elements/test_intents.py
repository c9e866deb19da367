"""Paying an invoice that the customer has to confirm, with the method that is saved already."""

import pytest
from playwright.sync_api import expect

from tests.e2e.elements.shop import Json, Shop, Visit


def subscribe(shop: Shop, price: str, behaviour: str) -> tuple[str, str]:
    """(client secret of the first invoice, its card), for a card that wants the bank's word at every payment."""
    stripe = shop.stripe
    customer = stripe.post("/v1/customers", email="buyer@example.com")["id"]
    method = stripe.post("/v1/payment_methods/pm_card_authenticationRequired/attach", customer=customer)["id"]
    given: Json = {
        "customer": customer,
        "items[0][price]": price,
        "default_payment_method": method,
        "payment_behavior": behaviour,
        "expand[]": "latest_invoice.confirmation_secret",
    }
    return stripe.post("/v1/subscriptions", **given)["latest_invoice"]["confirmation_secret"]["client_secret"], method


@pytest.fixture
def invoice_secret(shop: Shop, price: str) -> str:
    """The client secret of an invoice that Stripe has tried to have paid: it waits for the bank."""
    return subscribe(shop, price, "allow_incomplete")[0]


def start(shop: Shop, call: str, secret: str, method: str = "") -> Visit:
    """Begins a call that waits for the bank; its result ends up in shop.done and in the page."""
    visit = shop.open()
    visit.page.evaluate(
        f"""([secret, method]) => {{
          {call}.then((result) => {{
            shop.done = result;
            document.getElementById('result').textContent = result.error?.message ?? result.paymentIntent.status;
          }});
        }}""",
        [secret, method],
    )
    return visit


def test_confirm_card_payment(shop: Shop, invoice_secret: str) -> None:
    visit = start(shop, "shop.stripe.confirmCardPayment(secret)", invoice_secret)
    visit.bank.get_by_role("button", name="Complete authentication").click()
    visit.expect_result("succeeded")
    retrieved = visit.page.evaluate("(secret) => shop.stripe.retrievePaymentIntent(secret)", invoice_secret)
    assert (retrieved["paymentIntent"]["status"], retrieved["paymentIntent"]["amount"]) == ("succeeded", 1500)


def test_confirm_card_payment_with_a_saved_method(shop: Shop, price: str) -> None:
    secret, method = subscribe(shop, price, "default_incomplete")
    visit = start(shop, "shop.stripe.confirmCardPayment(secret, {payment_method: method})", secret, method)
    visit.bank.get_by_role("button", name="Complete authentication").click()
    visit.expect_result("succeeded")


def test_a_failed_challenge_is_an_error_and_can_be_tried_again(shop: Shop, invoice_secret: str) -> None:
    visit = start(shop, "shop.stripe.confirmCardPayment(secret)", invoice_secret)
    visit.bank.get_by_role("button", name="Fail authentication").click()
    visit.expect_result("We are unable to authenticate your payment method. Please choose a different payment method and try again.")
    assert visit.page.evaluate("shop.done.error.code") == "payment_intent_authentication_failure"
    again = start(shop, "shop.stripe.confirmCardPayment(secret)", invoice_secret)
    again.bank.get_by_role("button", name="Complete authentication").click()
    again.expect_result("succeeded")


def test_handle_next_action_of_an_intent_that_waits(shop: Shop, invoice_secret: str) -> None:
    visit = start(shop, "shop.stripe.confirmCardPayment(secret, {}, {handleActions: false})", invoice_secret)
    visit.expect_result("requires_action")
    expect(visit.page.locator("iframe[src$='/elements/challenge']")).to_have_count(0)
    waiting = start(shop, "shop.stripe.handleNextAction({clientSecret: secret})", invoice_secret)
    waiting.bank.get_by_role("button", name="Complete authentication").click()
    waiting.expect_result("succeeded")


def test_confirm_payment_returns_to_the_site(shop: Shop, invoice_secret: str) -> None:
    call = "shop.stripe.confirmPayment({clientSecret: secret, confirmParams: {return_url: `${location.origin}/return?from=test`}})"
    visit = start(shop, call, invoice_secret)
    visit.bank.get_by_role("button", name="Complete authentication").click()
    intent = invoice_secret.split("_secret_")[0]
    expect(visit.page).to_have_url(
        f"{shop.site.origin}/return?from=test&payment_intent={intent}&payment_intent_client_secret={invoice_secret}&redirect_status=succeeded"
    )


def test_a_wrong_secret_is_an_error(shop: Shop) -> None:
    visit = shop.open()
    for secret in ("nonsense", "pi_missing_secret_x"):
        result = visit.page.evaluate("(secret) => shop.stripe.retrievePaymentIntent(secret)", secret)
        assert result["error"]["type"] == "invalid_request_error"
