"""The site in Chromium, under its own headers: names that are markup, and links that lead away."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from local.ports import Ports
from local.stack import LocalStack
from tests.e2e.states.visitor import Visitor
from tests.support.people import Stripe

MARKUP = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"
"""As a name. Wherever it is shown it is these characters."""


@pytest.fixture(scope="module")
def hostile() -> Iterator[LocalStack]:
    """A stack whose products, made in the Dashboard, say, are named so before anybody has looked at them."""
    with LocalStack(ports=Ports.free(), environment={}) as stack:
        client = Stripe(stack).client
        for product in client.v1.products.list({"limit": 100}).data:
            client.v1.products.update(product.id, {"name": f"{product.name} {MARKUP}", "description": MARKUP})
        yield stack


@pytest.fixture
def visitor(hostile: LocalStack, browser: Browser) -> Iterator[Visitor]:
    context = browser.new_context(base_url=hostile.site_url, locale="en-US", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    yield Visitor(hostile, context.new_page())
    context.close()


def assert_only_text(page: Page, shown: bool = True) -> None:
    if shown:
        expect(page.locator("body")).to_contain_text("onerror")
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("script:not([src])").count() == 0
    assert "broken" not in page.title()


def test_names_are_text_wherever_they_are_shown(visitor: Visitor) -> None:
    page, name = visitor.page, {"name": MARKUP, "address": {"line1": MARKUP, "country": "GB"}}
    page.goto("/index.html")
    assert_only_text(page)
    visitor.person.post("/create-customer", name)
    visitor.sign_in(then="checkout.html%3Fplan%3Dbasic_monthly")
    expect(page.get_by_test_id("pay-button")).to_be_visible()
    assert_only_text(page)
    visitor.person.subscribe("basic_monthly")
    page.goto("/account.html")
    expect(page.get_by_test_id("subscription-status")).to_be_visible()
    assert_only_text(page)
    page.get_by_test_id("change-plan-button").click()
    expect(page.get_by_test_id("preview-due")).to_be_visible()
    assert_only_text(page)


@pytest.mark.parametrize("page_name", ["index.html", "sign-in.html", "register.html", "checkout.html", "return.html"])
def test_what_stands_in_the_url_is_not_markup(visitor: Visitor, page_name: str) -> None:
    query = urlencode(dict.fromkeys(("next", "plan", "session_id", "confirmed", "email"), MARKUP))
    visitor.page.goto(f"/{page_name}?{query}#{MARKUP}")
    visitor.page.wait_for_load_state("networkidle")
    assert_only_text(visitor.page, shown=False)


def test_markup_that_got_in_all_the_same_would_run_nothing(visitor: Visitor) -> None:
    """The last line of defence: the Content-Security-Policy that CloudFront sends."""
    page = visitor.page
    page.goto("/index.html")
    blocked = page.evaluate(
        """() => new Promise((resolve) => {
            const found = new Set();
            document.addEventListener("securitypolicyviolation", (event) => {
                found.add(event.effectiveDirective);
                if (found.size === 3) resolve([...found].sort());
            });
            document.body.insertAdjacentHTML("beforeend", '<img src="data:," onerror="document.title = \\'broken\\'">');
            const script = document.createElement("script");
            script.textContent = "document.title = 'broken'";
            const other = document.createElement("script");
            other.src = "https://evil.example/x.js";
            const frame = document.createElement("iframe");
            frame.src = "https://evil.example/";
            document.body.append(script, other, frame);
        })"""
    )
    assert blocked == ["frame-src", "script-src-attr", "script-src-elem"]
    assert "broken" not in page.title()


ELSEWHERE = [
    "https://evil.example/account.html",
    "//evil.example/account.html",
    "\\\\evil.example\\account.html",
    "/\\evil.example/account.html",
    "///evil.example/account.html",
    "https:evil.example",
    "https:/evil.example/account.html",
    "javascript:alert(1)//account.html",
    "JaVaScRiPt:alert(1)",
    "\tjavascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,account.html",
    "blob:account.html",
    "account.html@evil.example",
    "@evil.example/account.html",
    "..//evil.example/account.html",
    "%2f%2fevil.example",
    "account.html/../../evil",
    "account.html%00.evil",
    "other.html",
    "js/page.js",
    "/",
    "",
    "http://[",
]


def test_next_never_leads_away(visitor: Visitor) -> None:
    """Every way that is known to write a URL which looks like a path (tests/unit/site/test_session.py walks some of them)."""
    page, site = visitor.page, visitor.stack.site_url
    page.goto("/index.html")
    lead: Any = page.evaluate(
        "async (all) => { const { ownPage } = await import('/js/navigation.js'); return all.map((next) => ownPage(next, location.href)); }",
        [*ELSEWHERE, f"http://user@{site.removeprefix('http://')}/account.html", f"{site}.evil.example/account.html"],
    )
    for led in lead:
        assert led is None or re.fullmatch(r"[a-z-]+\.html([?#].*)?", led), led
    assert lead.count(None) >= len(ELSEWHERE) - 2
    own = page.evaluate(
        "async (all) => { const { ownPage } = await import('/js/navigation.js'); return all.map((next) => ownPage(next, location.href)); }",
        ["account.html", "checkout.html?plan=premium_monthly", f"{site}/account.html"],
    )
    assert own == ["account.html", "checkout.html?plan=premium_monthly", "account.html"]
