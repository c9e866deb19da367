"""Somebody in front of the site, with an account of their own, and Stripe's operator behind it.

Each page and state that a test reaches is examined: axe-core finds nothing, light and dark, and with $GALLERY set to a folder its
picture is taken, on a phone and on a desk (`make gallery`).
"""

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import FrameLocator, Page, expect

from local.stack import LocalStack
from tests.support.people import PASSWORD, Json, Person, Stripe

DAY = 86_400
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
GALLERY = os.environ.get("GALLERY")
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@cache
def axe_source() -> str:
    return AXE.read_text()


class Visitor:
    """`person` asks the API as they would, `stripe` is the operator; what the test does with `page` is theirs."""

    def __init__(self, stack: LocalStack, page: Page) -> None:
        self.stack = stack
        self.page = page
        self.stripe = Stripe(stack)
        self._person: Person | None = None

    @property
    def person(self) -> Person:
        self._person = self._person or Person(self.stack)
        return self._person

    # ------------------------------------------------------------------ on the site

    def sign_in(self, then: str = "account.html") -> None:
        self.page.goto(f"/sign-in.html?next={then}")
        self.page.get_by_label("Email address").fill(self.person.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def open_account(self, state: str) -> None:
        """Signs in, and fails unless the account comes to show the state (a webhook may be under way)."""
        self.stripe.settle()
        self.sign_in()
        self.sees(state)

    def sees(self, state: str) -> None:
        expect(self.page.get_by_test_id("subscription-status").first).to_have_attribute("data-state", state)

    def told(self, text: str) -> None:
        expect(self.page.get_by_test_id("account-news")).to_contain_text(text)

    def press(self, testid: str) -> None:
        self.page.get_by_test_id(testid).first.click()

    def fill_card(self, number: str) -> None:
        frame = self.payment_frame()
        frame.get_by_label("Card number").fill(number)
        frame.get_by_label("Expir").fill("12 / 34")
        frame.get_by_label(re.compile("CVC|Security code")).fill("123")
        postal_code = frame.get_by_label(re.compile("ZIP|Postal code|Postcode"))
        postal_code.fill("97712")

    def payment_frame(self) -> FrameLocator:
        return self.page.get_by_test_id("payment-element").locator("iframe").first.content_frame

    def answer_bank(self, outcome: str) -> None:
        """`Complete` or `Fail`."""
        bank = self.page.frame_locator('iframe[title="3D Secure authentication"]')
        bank.get_by_role("button", name=f"{outcome} authentication").click()

    # ------------------------------------------------------------------ what axe and the eye see

    def examine(self, name: str) -> None:
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            if not self.page.evaluate("typeof axe === 'object'"):
                self.page.evaluate(axe_source())
            # The frames are Stripe's own pages (tests/e2e/elements looks at the stand-in's).
            report = self.page.evaluate("axe.run({exclude: ['iframe']}, {resultTypes: ['violations']})")
            found = [f"{each['id']}: {node['html']}" for each in report["violations"] for node in each["nodes"]]
            assert found == [], f"{name}, {scheme}"
            if GALLERY:
                self._take_pictures(f"{name}-{scheme}")
        self.page.emulate_media(color_scheme="light")

    def _take_pictures(self, name: str) -> None:
        for device, size in (("phone", PHONE), ("desk", DESK)):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            overflow = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"{name} is {overflow} px too wide on a {device}"
            # A dialog and what dims the page behind it cover the window, not the page.
            whole = self.page.get_by_role("dialog").count() == 0
            self.page.screenshot(path=Path(str(GALLERY)) / f"{name}-{device}.png", full_page=whole)
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]

    # ------------------------------------------------------------------ behind the site

    def customer(self) -> str:
        return self.person.post("/create-customer")["customerId"]

    def price(self, lookup_key: str) -> str:
        return self.stripe.client.v1.prices.list({"lookup_keys": [lookup_key]}).data[0].id

    def operator_subscribes(self, lookup_key: str, **params: Any) -> str:
        """A subscription made in the Dashboard or by a script, not by the site."""
        wanted: Any = {"customer": self.customer(), "items": [{"price": self.price(lookup_key)}], **params}
        return self.stripe.client.v1.subscriptions.create(wanted).id

    def charge_from_now_on(self, payment_method: str, subscription: str | None = None) -> None:
        """As the customer's default, and the subscription's."""
        customer = self.customer()
        attached = self.stripe.client.v1.payment_methods.attach(payment_method, {"customer": customer}).id
        self.stripe.client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": attached}})
        if subscription:
            self.stripe.client.v1.subscriptions.update(subscription, {"default_payment_method": attached})

    def bank_account(self, iban: str) -> str:
        billing = {"name": "Jo", "email": self.person.email}
        return self.stripe.client.v1.payment_methods.create(
            {"type": "sepa_debit", "sepa_debit": {"iban": iban}, "billing_details": billing}  # pyright: ignore[reportArgumentType]
        ).id

    def after(self, seconds: int) -> None:
        """Stripe's time goes by, and what becomes due in it has been told."""
        self.stripe.control("clock", {"advance_seconds": seconds})
        self.stripe.settle()

    def settings(self, **changed: Any) -> Json:
        return self.stripe.control("settings", changed)
