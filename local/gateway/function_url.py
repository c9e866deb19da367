"""A Function URL: every method and path of one port goes to one function.

Source: Lambda developer guide, "Invoking Lambda function URLs": payload 2.0 as an HTTP API's with a `$default` route, 6 MB bodies, and 502
when the function fails.
"""

import uuid

from local.gateway.cors import is_preflight, preflight, with_cors
from local.gateway.http_api import message
from local.gateway.payload import MalformedResponse, Origin, build_event, build_response
from local.http_server import Request, Response
from local.lambdas import Lambdas
from local.logs import Log
from local.template import FunctionUrl

MAX_BODY = 6 * 1024 * 1024
"""Bytes: Lambda's limit for a synchronous invocation."""


class FunctionUrlGateway:
    """Answers every request to one Function URL; an `App` for `HttpServer`."""

    def __init__(self, url: FunctionUrl, origin: Origin, lambdas: Lambdas, log: Log) -> None:
        self.url = url
        self._origin = origin
        self._lambdas = lambdas
        self._log = log

    def __call__(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        if self.url.cors and is_preflight(request):
            response = preflight(self.url.cors, request)
            response.status = 200
        else:
            response = with_cors(self.url.cors, request, self._invoke(request, request_id))
        response.headers.append(("x-amzn-requestid", request_id))
        return response

    def _invoke(self, request: Request, request_id: str) -> Response:
        if request.too_large:
            return message(413, "Request Entity Too Large")
        event = build_event(request, self._origin, route_key="$default", request_id=request_id)
        result = self._lambdas.invoke(self.url.function, event)
        if result is None or result.failed:
            return _failure()
        try:
            return build_response(result.payload, default_content_type="application/json", unquote_string=False)
        except MalformedResponse as error:
            self._log.line(self.url.function, f"its return value makes no HTTP response: {error}")
            return _failure()


def _failure() -> Response:
    return Response(502, [("content-type", "text/plain")], b"Internal Server Error")
