"""Payload format 2.0: the event a function gets for an HTTP request, and the response made of what it returns.

Source: API Gateway developer guide, "AWS Lambda integrations for HTTP APIs", and Lambda developer guide, "Function URL invocation
payloads", which say where the two differ.
"""

import base64
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.http_server import Request, Response

ACCOUNT_ID = "000000000000"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Everything else is base64, also form data and a body without a type. Not documented; seen by others on AWS
# (github.com/ministackorg/ministack/pull/766, with a table of types).
_TEXT_TYPES = {"application/json", "application/javascript", "application/xml"}
# They belong to the connection, not the request; AWS's front end consumes them.
_HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}


class MalformedResponse(Exception):
    """The function returned what cannot be made into an HTTP response."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request entered: what an event says about the API or Function URL."""

    api_id: str
    domain: str
    decode_path: bool
    """An HTTP API hands the path on decoded, a Function URL as it came."""
    port: int


def http_api_origin(logical_id: str, port: int) -> Origin:
    api_id = logical_id.lower()
    return Origin(api_id, f"{api_id}.execute-api.us-east-1.amazonaws.com", decode_path=True, port=port)


def function_url_origin(function: str, port: int) -> Origin:
    url_id = function.lower()
    return Origin(url_id, f"{url_id}.lambda-url.us-east-1.on.aws", decode_path=False, port=port)


def build_event(
    request: Request,
    origin: Origin,
    *,
    route_key: str,
    path_parameters: dict[str, str] | None = None,
    authorizer: dict[str, Any] | None = None,
    request_id: str | None = None,
) -> dict[str, Any]:
    """The event for `request`. Fields that do not apply are left out, as AWS does (not null)."""
    now = time.time()
    request_id = request_id or str(uuid.uuid4())
    path = unquote(request.path) if origin.decode_path else request.path
    headers, cookies = _headers(request, origin)
    context: dict[str, Any] = {
        "accountId": ACCOUNT_ID if origin.decode_path else "anonymous",
        "apiId": origin.api_id,
        "domainName": origin.domain,
        "domainPrefix": origin.domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": path,
            "protocol": request.protocol,
            "sourceIp": request.client,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": route_key,
        "stage": "$default",
        "time": _clf_time(now),
        "timeEpoch": int(now * 1000),
    }
    if authorizer:
        context["authorizer"] = authorizer
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if query := _query(request.query):
        event["queryStringParameters"] = query
    if path_parameters:
        event["pathParameters"] = path_parameters
    if request.body:
        is_text, body = _body(request)
        event["body"] = body
        event["isBase64Encoded"] = not is_text
    return event


def build_response(payload: bytes, *, default_content_type: str, unquote_string: bool) -> Response:
    """The HTTP response for a handler's return value (JSON). Raises `MalformedResponse`.

    A value without `statusCode` is the body of a 200, as it stands; an HTTP API takes the quotes off a string (`unquote_string`).
    """
    try:
        value = json.loads(payload)
    except ValueError:
        raise MalformedResponse("not JSON") from None
    if not isinstance(value, dict) or "statusCode" not in value:
        body = value.encode() if isinstance(value, str) and unquote_string else payload
        return Response(200, [("content-type", "application/json")], body)
    status = value["statusCode"]
    if isinstance(status, str) and status.isdigit():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        raise MalformedResponse(f"statusCode {value['statusCode']!r}")
    headers = _response_headers(value.get("headers"))
    cookies = [] if value.get("cookies") is None else value["cookies"]
    if not isinstance(cookies, list):
        raise MalformedResponse("cookies is not a list")
    body = _response_body(value)
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", default_content_type))
    return Response(status, headers + [("set-cookie", str(cookie)) for cookie in cookies], body)


def _headers(request: Request, origin: Origin) -> tuple[dict[str, str], list[str]]:
    """Lower-case headers, repeated ones joined by commas, and cookies apart, each a `name=value`."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in request.headers:
        if name in _HOP_BY_HOP:
            continue
        if name == "cookie":
            cookies += [cookie.strip() for cookie in value.split(";") if cookie.strip()]
        else:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    headers.setdefault("content-length", str(len(request.body)))
    headers["x-forwarded-for"] = f"{headers['x-forwarded-for']}, {request.client}" if "x-forwarded-for" in headers else request.client
    headers["x-forwarded-port"] = str(origin.port)
    headers["x-forwarded-proto"] = "http"
    headers.setdefault("x-amzn-trace-id", f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}")
    return headers, cookies


def _query(query: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    return parameters


def _body(request: Request) -> tuple[bool, str]:
    """Whether the body is text, and the body: itself then, else in base64."""
    if _is_text(request.header("content-type")):
        try:
            return True, request.body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return False, base64.b64encode(request.body).decode("ascii")


def _is_text(content_type: str | None) -> bool:
    kind = (content_type or "").partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in _TEXT_TYPES


def _response_headers(headers: Any) -> list[tuple[str, str]]:
    if headers is None:
        return []
    if not isinstance(headers, dict):
        raise MalformedResponse("headers is not an object")
    pairs: list[tuple[str, str]] = []
    for name, value in headers.items():
        if isinstance(value, (dict, list)):
            raise MalformedResponse(f"header {name} is not a string")
        if name.lower() not in _HOP_BY_HOP and name.lower() != "content-length" and value is not None:
            pairs.append((name.lower(), value if isinstance(value, str) else json.dumps(value)))
    return pairs


def _response_body(value: dict[str, Any]) -> bytes:
    body = value.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedResponse("body is not a string")
    if value.get("isBase64Encoded") is True:
        try:
            return base64.b64decode(body, validate=True)
        except ValueError:
            raise MalformedResponse("body is not base64") from None
    return body.encode()


def _clf_time(moment: float) -> str:
    """`22/Nov/2026:17:12:00 +0000`, whatever the locale."""
    t = time.gmtime(moment)
    return f"{t.tm_mday:02d}/{_MONTHS[t.tm_mon - 1]}/{t.tm_year}:{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d} +0000"
