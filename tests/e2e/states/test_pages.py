"""Pages for people who have not bought yet, each as it can be."""

from playwright.sync_api import expect

from tests.e2e.states.visitor import Visitor


def test_plans(visitor: Visitor) -> None:
    visitor.page.goto("/")
    expect(visitor.page.get_by_test_id("plan-card")).to_have_count(2)
    visitor.examine("plans")


def test_plans_in_french(visitor: Visitor) -> None:
    visitor.page.goto("/")
    visitor.press("language-switch")
    expect(visitor.page.get_by_role("link", name="Choisir Premium")).to_be_visible()
    visitor.examine("plans-fr")


def test_registering(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/register.html?next=checkout.html%3Fplan%3Dpremium_monthly")
    page.get_by_label("Email address").fill("x")
    page.get_by_role("button", name="Create account").click()
    visitor.examine("register-mistakes")
    page.get_by_label("Name").fill("Camille Durand")
    page.get_by_label("Email address").fill("camille@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_label("Confirmation code")).to_be_visible()
    visitor.examine("confirm")


def test_signing_in_and_a_forgotten_password(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/sign-in.html")
    page.get_by_label("Email address").fill(visitor.person.email)
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("form-error")).to_be_visible()
    visitor.examine("sign-in-refused")
    page.goto("/forgot-password.html")
    page.get_by_label("Email address").fill(visitor.person.email)
    visitor.examine("forgot-password")
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_label("Confirmation code")).to_be_visible()
    visitor.examine("new-password")


def test_no_such_page(visitor: Visitor) -> None:
    answer = visitor.page.goto("/no-such-page")
    assert answer is not None
    assert answer.status == 404
    visitor.examine("not-found")


def test_a_payment_of_nobody(visitor: Visitor) -> None:
    visitor.sign_in("return.html?session_id=cs_test_nobody")
    expect(visitor.page.get_by_test_id("return-status")).to_have_attribute("data-state", "missing")
    visitor.examine("return-missing")
