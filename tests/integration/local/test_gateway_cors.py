"""CORS by the template's configuration."""

import pytest

from local.stack import LocalStack
from tests.integration.local.support import call

ELSEWHERE = "https://elsewhere.example"


def preflight(stack: LocalStack, path: str, origin: str | None, method: str | None = "POST"):
    headers = {"origin": origin, "access_control_request_method": method, "access_control_request_headers": "content-type"}
    return call(f"{stack.api_url}{path}", "OPTIONS", None, **{name: value for name, value in headers.items() if value})


@pytest.mark.parametrize("path", ["/do", "/private", "/nowhere"])
def test_a_preflight_is_answered_204_without_a_function_or_a_token(stack: LocalStack, path: str) -> None:
    answer = preflight(stack, path, stack.site_url)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == stack.site_url
    assert answer.headers["access-control-allow-methods"] == "GET,POST"
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"
    assert answer.headers["access-control-max-age"] == "600"
    assert "access-control-allow-credentials" not in answer.headers


def test_another_origin_gets_no_cors_headers(stack: LocalStack) -> None:
    for answer in (preflight(stack, "/do", ELSEWHERE), call(f"{stack.api_url}/items/1", origin=ELSEWHERE)):
        assert answer.status in (200, 204)
        assert not any(name.startswith("access-control-") for name in answer.headers)


@pytest.mark.parametrize(("origin", "method"), [(None, "POST"), ("http://127.0.0.1", None)])
def test_options_without_both_headers_is_an_ordinary_request(stack: LocalStack, origin: str | None, method: str | None) -> None:
    assert preflight(stack, "/do", origin, method).status == 404


def test_a_route_that_takes_options_takes_preflights_too(stack: LocalStack) -> None:
    answer = preflight(stack, "/items/1", stack.site_url)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == stack.site_url


def test_answers_and_the_gateways_own_errors_carry_the_headers(stack: LocalStack) -> None:
    for path, status in (("/items/1", 200), ("/nowhere", 404), ("/private", 401)):
        answer = call(f"{stack.api_url}{path}", origin=stack.site_url)
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, stack.site_url)
        assert answer.headers["access-control-expose-headers"] == "x-probe"


def test_the_functions_own_cors_headers_are_replaced(stack: LocalStack) -> None:
    value = {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*", "access-control-allow-methods": "PUT"}}
    answer = call(f"{stack.api_url}/do", "POST", {"do": "return", "value": value}, origin=stack.site_url)
    assert answer.headers["access-control-allow-origin"] == stack.site_url
    assert "access-control-allow-methods" not in answer.headers


def test_without_an_origin_there_is_nothing_to_say(stack: LocalStack) -> None:
    assert not any(name.startswith("access-control-") for name in call(f"{stack.api_url}/items/1").headers)


def test_a_function_url_has_cors_of_its_own(stack: LocalStack) -> None:
    callback = f"http://127.0.0.1:{stack.ports.webhook + 1}/"
    allowed = call(callback, "OPTIONS", None, origin="https://a.example", access_control_request_method="POST")
    assert (allowed.status, allowed.headers["access-control-allow-origin"]) == (200, "https://a.example")
    assert allowed.headers["access-control-allow-methods"] == "POST"
    assert "access-control-allow-origin" not in call(stack.webhook_url, origin="https://a.example").headers
