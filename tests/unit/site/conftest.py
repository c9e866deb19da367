"""A page on the site, under its CSP, with a `Backend` of the test's own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from local.http_server import HttpServer, listen
from local.site import Site
from local.template import SiteDelivery
from tests.unit.site.backend import CONFIG, CSP, FOLDER, Backend


@pytest.fixture(scope="session")
def site_url() -> Iterator[str]:
    """The folder, served as the local stack serves it."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    delivery = SiteDelivery("index.html", {"content-security-policy": CSP})
    server = HttpServer(listener, Site(FOLDER, CONFIG, delivery, port=port), name="site", max_body=1024)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.close()


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def page(browser: Browser, backend: Backend, site_url: str) -> Iterator[Page]:
    """Fails the test when a script throws or the CSP stops something."""
    context = browser.new_context(base_url=site_url, locale="en-US")
    backend.serve(context)
    page = context.new_page()
    page.set_default_timeout(15_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None)
    yield page
    context.close()
    assert problems == []
