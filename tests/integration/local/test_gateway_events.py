"""What a function gets for a request, and what becomes of what it returns: payload format 2.0 through real HTTP."""

import base64
import http.client
import json
import re
from typing import Any

import pytest

from local.stack import LocalStack
from tests.integration.local.support import call


def returned(stack: LocalStack, value: Any, url: str | None = None) -> Any:
    """The HTTP answer to a request whose function returns `value`."""
    return call(url or f"{stack.api_url}/do", "POST", {"do": "return", "value": value})


def raw(stack: LocalStack, method: str, target: str, headers: list[tuple[str, str]], body: bytes = b"") -> dict[str, Any]:
    """The event of a request sent exactly so, repeated headers and all."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.ports.api)
    connection.putrequest(method, target)
    for name, value in headers:
        connection.putheader(name, value)
    connection.putheader("content-length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse().read()
    connection.close()
    return json.loads(answer)


def test_an_event_has_the_documented_fields_and_no_others(stack: LocalStack) -> None:
    event = call(f"{stack.api_url}/items/7?a=1&b=2&a=3%204", "POST", b'{"x": 1}', content_type="application/json", cookie="s=1; t=2").json
    context = event["requestContext"]
    assert set(event) == {
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "cookies",
        "headers",
        "queryStringParameters",
        "requestContext",
        "body",
        "pathParameters",
        "isBase64Encoded",
    }
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "ANY /items/{id}", "/items/7")
    assert event["rawQueryString"] == "a=1&b=2&a=3%204"
    assert event["queryStringParameters"] == {"a": "1,3 4", "b": "2"}
    assert event["cookies"] == ["s=1", "t=2"]
    assert "cookie" not in event["headers"]
    assert event["pathParameters"] == {"id": "7"}
    assert (event["body"], event["isBase64Encoded"]) == ('{"x": 1}', False)
    assert set(context) == {
        "accountId",
        "apiId",
        "domainName",
        "domainPrefix",
        "http",
        "requestId",
        "routeKey",
        "stage",
        "time",
        "timeEpoch",
    }
    assert context["http"] == {
        "method": "POST",
        "path": "/items/7",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": event["headers"]["user-agent"],
    }
    assert (context["accountId"], context["stage"], context["routeKey"]) == ("000000000000", "$default", "ANY /items/{id}")
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context["time"])


def test_what_does_not_apply_is_left_out(stack: LocalStack) -> None:
    event = call(f"{stack.api_url}/files/a/b").json
    assert not {"body", "cookies", "queryStringParameters", "stageVariables"} & set(event)
    assert event["pathParameters"] == {"path": "a/b"}
    assert event["rawQueryString"] == ""


def test_header_names_are_lower_case_and_repeated_ones_joined(stack: LocalStack) -> None:
    event = raw(stack, "GET", "/items/1", [("X-Mixed-Case", "a"), ("x-mixed-case", "b"), ("Cookie", "one=1"), ("Cookie", "two=2")])
    assert event["headers"]["x-mixed-case"] == "a,b"
    assert event["cookies"] == ["one=1", "two=2"]
    assert {"x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id", "host"} <= set(event["headers"])
    assert "connection" not in event["headers"]


def test_an_http_api_decodes_the_path_and_a_function_url_does_not(stack: LocalStack) -> None:
    event = raw(stack, "GET", "/items/a%20b%C3%A9", [])
    assert (event["rawPath"], event["pathParameters"]) == ("/items/a bé", {"id": "a bé"})
    assert call(f"{stack.webhook_url}a%20b").json["rawPath"] == "/a%20b"


@pytest.mark.parametrize(
    ("content_type", "as_text"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("text/plain", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("application/x-www-form-urlencoded", False),
        ("application/octet-stream", False),
        ("multipart/form-data; boundary=x", False),
        ("application/vnd.api+json", False),
        (None, False),
    ],
)
def test_bodies_are_base64_unless_their_type_is_text(stack: LocalStack, content_type: str | None, as_text: bool) -> None:
    headers = [("content-type", content_type)] if content_type else []
    event = raw(stack, "POST", "/items/1", headers, b"caf\xc3\xa9")
    assert event["isBase64Encoded"] is not as_text
    assert (event["body"].encode() if as_text else base64.b64decode(event["body"])) == b"caf\xc3\xa9"


def test_bytes_that_are_no_text_survive_whatever_their_type_says(stack: LocalStack) -> None:
    event = raw(stack, "POST", "/items/1", [("content-type", "application/json")], b"\xff\x00\xfe")
    assert event["isBase64Encoded"]
    assert base64.b64decode(event["body"]) == b"\xff\x00\xfe"


def test_chunked_bodies_arrive_whole(stack: LocalStack) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stack.ports.api)
    connection.request("POST", "/items/1", iter([b'{"a"', b": 1}"]), {"content-type": "application/json"}, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["body"] == '{"a": 1}'
    connection.close()


def test_a_full_response_is_taken_as_it_is(stack: LocalStack) -> None:
    answer = returned(
        stack, {"statusCode": 201, "headers": {"X-Probe": "1", "content-type": "text/css"}, "cookies": ["a=1", "b=2"], "body": "é"}
    )
    assert (answer.status, answer.body) == (201, "é".encode())
    assert (answer.headers["x-probe"], answer.headers["content-type"]) == ("1", "text/css")


def test_each_cookie_is_a_header_of_its_own(stack: LocalStack) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stack.ports.api)
    body = json.dumps({"do": "return", "value": {"statusCode": 204, "cookies": ["a=1; Path=/", "b=2"]}})
    connection.request("POST", "/do", body, {"content-type": "application/json"})
    response = connection.getresponse()
    assert response.headers.get_all("set-cookie") == ["a=1; Path=/", "b=2"]
    connection.close()


def test_base64_responses_are_decoded(stack: LocalStack) -> None:
    encoded = base64.b64encode(b"\x00\xff").decode()
    assert returned(stack, {"statusCode": 200, "body": encoded, "isBase64Encoded": True}).body == b"\x00\xff"


def test_without_a_content_type_it_is_plain_text_behind_the_api_and_json_behind_a_function_url(stack: LocalStack) -> None:
    value = {"statusCode": 200, "body": "x"}
    assert returned(stack, value).headers["content-type"] == "text/plain; charset=utf-8"
    assert returned(stack, value, stack.webhook_url).headers["content-type"] == "application/json"


@pytest.mark.parametrize(("value", "body"), [({"a": [1]}, b'{"a": [1]}'), ([1, 2], b"[1, 2]"), (None, b"null"), ("plain", b"plain")])
def test_a_value_without_status_is_the_body_of_a_200(stack: LocalStack, value: Any, body: bytes) -> None:
    answer = returned(stack, value)
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "application/json", body)


def test_a_function_url_keeps_a_strings_quotes(stack: LocalStack) -> None:
    assert returned(stack, "plain", stack.webhook_url).body == b'"plain"'


@pytest.mark.parametrize(
    "value",
    [
        {"statusCode": "abc"},
        {"statusCode": 200.5},
        {"statusCode": 0},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": []},
    ],
)
def test_a_response_that_makes_no_sense_is_a_500_or_502(stack: LocalStack, value: Any) -> None:
    answer = returned(stack, value)
    assert (answer.status, answer.json) == (500, {"message": "Internal Server Error"})
    answer = returned(stack, value, stack.webhook_url)
    assert (answer.status, answer.body) == (502, b"Internal Server Error")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_function_url_takes_every_method_and_path(stack: LocalStack, method: str) -> None:
    event = call(f"{stack.webhook_url}any/where", method).json
    context = event["requestContext"]
    assert (event["routeKey"], event["rawPath"], context["http"]["method"]) == ("$default", "/any/where", method)
    assert ".lambda-url.us-east-1.on.aws" in context["domainName"]
    assert "pathParameters" not in event


def test_bodies_over_the_limit_get_413_and_reach_no_function(stack: LocalStack) -> None:
    answer = call(f"{stack.api_url}/items/1", "POST", b"x" * (10 * 1024 * 1024 + 1))
    assert (answer.status, answer.json) == (413, {"message": "Request Entity Too Large"})
    assert call(stack.webhook_url, "POST", b"x" * (6 * 1024 * 1024 + 1)).status == 413


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nowhere"), ("GET", "/do"), ("DELETE", "/private"), ("GET", "/items"), ("GET", "/items/1/2")]
)
def test_no_route_and_a_wrong_method_are_404(stack: LocalStack, method: str, path: str) -> None:
    answer = call(f"{stack.api_url}{path}", method)
    assert (answer.status, answer.json) == (404, {"message": "Not Found"})
