"""Signing in and staying so: one refresh at a time, a way back, and nowhere else."""

import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.unit.site.backend import Backend, Refusal, account, bearer, sign_in, subscription


def register(page: Page) -> None:
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Create account").click()


def test_calls_at_once_share_one_refresh(page: Page, backend: Backend) -> None:
    sign_in(page)
    page.goto("/account.html")
    expect(page.get_by_test_id("subscription-status")).to_be_visible()
    assert backend.count("InitiateAuth") == 1


def test_a_refused_token_is_renewed_once_and_the_call_repeated(page: Page, backend: Backend) -> None:
    def only_the_second(request: Request) -> object:
        return account(subscription()) if bearer(request) == 2 else Refusal(401, body={"message": "Unauthorized"})

    backend.answers["GET /account"] = only_the_second
    sign_in(page)
    page.goto("/account.html")
    expect(page.get_by_test_id("plan-name")).to_have_text("Premium")
    assert backend.count("GET /account") == 2


def test_who_is_refused_for_good_signs_in_and_comes_back(page: Page, backend: Backend) -> None:
    backend.cognito["InitiateAuth"] = "NotAuthorizedException"
    page.goto("/sign-in.html")
    page.evaluate("sessionStorage.setItem('recur.refreshToken', 'revoked')")
    page.goto("/account.html")
    expect(page).to_have_url("/sign-in.html?next=account.html")
    del backend.cognito["InitiateAuth"]
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url("/account.html")


def test_no_connection_signs_nobody_out(page: Page, backend: Backend) -> None:
    sign_in(page)
    page.context.route("https://cognito.test/**", lambda route: route.abort())
    page.goto("/account.html")
    expect(page.get_by_role("alert")).to_contain_text("no connection")
    page.context.unroute("https://cognito.test/**")
    backend.serve(page.context)
    page.get_by_test_id("retry").click()
    expect(page.get_by_test_id("subscription-status")).to_be_visible()


def test_signing_out_revokes_the_refresh_token(page: Page, backend: Backend) -> None:
    page.goto("/sign-in.html")
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_label("Keep me signed in").check()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("subscription-status")).to_be_visible()
    assert page.evaluate("localStorage.getItem('recur.refreshToken')") == "refresh"
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert backend.bodies("RevokeToken") == [{"ClientId": "client", "Token": "refresh"}]
    assert page.evaluate("localStorage.getItem('recur.refreshToken')") is None
    page.goto("/account.html")
    expect(page).to_have_url(re.compile("sign-in.html"))


def test_without_being_asked_to_nothing_outlives_the_tab(page: Page) -> None:
    page.goto("/sign-in.html")
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("subscription-status")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == []
    assert "signature" not in page.evaluate("JSON.stringify(sessionStorage)"), "the ID token stays in memory"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/account.html", "//evil.example/", "javascript:alert(1)"])
def test_next_leads_nowhere_else(page: Page, elsewhere: str) -> None:
    sign_in(page)
    page.goto(f"/sign-in.html?next={elsewhere}")
    expect(page).to_have_url("/account.html")


def test_registration_survives_a_reload_before_the_code(page: Page, backend: Backend) -> None:
    page.goto("/register.html?next=checkout.html%3Fplan%3Dpremium_monthly")
    expect(page.locator("#register-lead")).to_contain_text("Premium, $15 per month")
    register(page)
    page.get_by_label("Confirmation code").wait_for()
    page.reload()
    page.get_by_label("Confirmation code").fill("123456")
    page.get_by_role("button", name="Confirm email").click()
    # The password was in memory only: it is asked for once more.
    expect(page.get_by_text("Your email address is confirmed")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_value("ada@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"checkout\.html\?plan=premium_monthly"))
    expect(page.get_by_test_id("pay-button")).to_have_text("Pay $15.00")
    assert backend.bodies("POST /create-customer") == [{"name": "Ada Lovelace"}]


def test_a_name_goes_to_nobody_else(page: Page, backend: Backend) -> None:
    page.goto("/register.html")
    page.get_by_label("Name").fill("Grace Hopper")
    page.get_by_label("Email address").fill("grace@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Confirmation code").wait_for()
    # She leaves; Ada, whom this Cognito knows, signs in and buys.
    page.goto("/sign-in.html?next=checkout.html%3Fplan%3Dpremium_monthly")
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("pay-button")).to_have_text("Pay $15.00")
    assert backend.bodies("POST /create-customer") == [{}]


def test_errors_stand_at_their_fields_and_the_first_gets_the_focus(page: Page, backend: Backend) -> None:
    page.goto("/register.html")
    page.get_by_label("Email address").fill("ada")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_label("Name")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_accessible_description("Please fill in this field.")
    expect(page.get_by_label("Email address")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Password", exact=True)).to_have_accessible_description(re.compile("at least 10 characters"))
    assert backend.count("SignUp") == 0


def test_who_forgot_to_confirm_gets_the_step_at_sign_in(page: Page, backend: Backend) -> None:
    backend.cognito["InitiateAuth"] = "UserNotConfirmedException"
    page.goto("/sign-in.html")
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Confirmation code").fill("123456")
    del backend.cognito["InitiateAuth"]
    page.get_by_role("button", name="Confirm email").click()
    expect(page).to_have_url("/index.html")
    expect(page.get_by_test_id("sign-out")).to_be_visible()


def test_the_language_is_switched_in_place_and_remembered(page: Page) -> None:
    page.goto("/register.html")
    page.get_by_label("Name").fill("Ada")
    page.get_by_test_id("language-switch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Créer votre compte")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page).to_have_title("Créer votre compte · Recur")
    expect(page.get_by_label("Nom")).to_have_value("Ada")
    page.goto("/index.html")
    expect(page.get_by_test_id("choose-plan").first).to_have_text("Choisir Basic")
    expect(page.get_by_test_id("plan-price").first).to_contain_text("5")
