"""One fake Stripe and one host page for these tests; a browser context for each."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.elements.shop import FakeStripe, HostSite, Shop


@pytest.fixture(scope="package")
def stripe() -> Iterator[FakeStripe]:
    server = FakeStripe()
    yield server
    server.stop()


@pytest.fixture(scope="package")
def site(stripe: FakeStripe) -> Iterator[HostSite]:
    host = HostSite(stripe.origin)
    yield host
    host.stop()


@pytest.fixture(scope="package")
def price(stripe: FakeStripe) -> str:
    """15 USD, 14 EUR or 23 AUD a month."""
    return stripe.price(eur=1400, aud=2300)


@pytest.fixture
def shop(stripe: FakeStripe, site: HostSite, browser: Browser) -> Iterator[Shop]:
    context = browser.new_context(locale="en-US", viewport={"width": 560, "height": 800})
    context.set_default_timeout(15_000)
    yield Shop(stripe, site, context)
    context.close()
