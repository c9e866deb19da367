"""Which pages may read the API's answers: the site's own origin, on every route, and no other."""

import pytest
import requests

from local.stack import LocalStack
from tests.support.api import operations

ROUTES = [(operation.method, operation.path) for operation in operations()]


def foreign(site: str) -> list[str]:
    """Origins that look like the site's, and some that do not."""
    host = site.removeprefix("http://")
    name, _, port = host.partition(":")
    return [
        "https://evil.example",
        "null",
        "*",
        f"https://{host}",
        f"http://{name}",
        f"http://{name}:{int(port) + 1}",
        f"{site}.evil.example",
        f"{site}@evil.example",
        f"http://evil.example/{host}",
        f"http://evil-{host}",
        f"http://sub.{host}",
        f"{site}/",
        f"{site}, https://evil.example",
        "file://",
    ]


def preflight(stack: LocalStack, path: str, origin: str, method: str, headers: str = "authorization,content-type") -> requests.Response:
    asked = {"origin": origin, "access-control-request-method": method, "access-control-request-headers": headers}
    return requests.options(stack.api_url + path, headers=asked, timeout=30)


def allowed(answer: requests.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items() if name.lower().startswith("access-control-")}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_site_may_and_nobody_else(stack: LocalStack, method: str, path: str) -> None:
    granted = preflight(stack, path, stack.site_url, method)
    assert (granted.status_code, granted.content) == (204, b"")
    headers = allowed(granted)
    assert headers["access-control-allow-origin"] == stack.site_url
    assert set(headers["access-control-allow-methods"].split(",")) == {"GET", "POST", "DELETE"}
    assert set(headers["access-control-allow-headers"].split(",")) == {"authorization", "content-type"}
    assert "access-control-allow-credentials" not in headers, "tokens are sent by hand; no cookie is anything here"
    for origin in foreign(stack.site_url):
        assert allowed(preflight(stack, path, origin, method)) == {}, origin


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_answers_and_refusals_say_the_same(stack: LocalStack, method: str, path: str) -> None:
    for origin, expected in ((stack.site_url, {"access-control-allow-origin": stack.site_url}), ("https://evil.example", {})):
        for headers in ({}, {"authorization": "Bearer forged"}):
            answer = requests.request(method, stack.api_url + path, headers={"origin": origin, **headers}, json={}, timeout=30)
            assert allowed(answer) == expected


def test_no_cookie_is_set_anywhere(stack: LocalStack) -> None:
    """What a browser does not send by itself nobody else's page can make it send (CSRF)."""
    for method, path in ROUTES:
        assert "set-cookie" not in requests.request(method, stack.api_url + path, json={}, timeout=30).headers
    assert "set-cookie" not in requests.get(stack.site_url, timeout=30).headers


def test_the_webhook_is_for_no_browser_at_all(stack: LocalStack) -> None:
    for origin in (stack.site_url, "https://evil.example"):
        answer = requests.options(stack.webhook_url, headers={"origin": origin, "access-control-request-method": "POST"}, timeout=30)
        assert (answer.status_code, allowed(answer)) == (405, {})
