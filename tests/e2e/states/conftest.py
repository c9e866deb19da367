"""A product of these tests' own, since they move Stripe's clock; and a visitor to it, with a browser context for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from local.ports import Ports
from local.stack import LocalStack
from tests.e2e.states.visitor import Visitor


@pytest.fixture(scope="package")
def stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free(), environment={}) as running:
        yield running


@pytest.fixture
def visitor(stack: LocalStack, browser: Browser) -> Iterator[Visitor]:
    """Fails the test when a script throws or the CSP stops something."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US", base_url=stack.site_url, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None)
    yield Visitor(stack, page)
    context.close()
    assert problems == []
