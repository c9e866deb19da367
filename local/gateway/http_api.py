"""An HTTP API: routing, authorizer, CORS, invocation, and AWS's own answers when one of them says no."""

import uuid

from local.gateway.cors import is_preflight, preflight, with_cors
from local.gateway.jwt_authorizer import Keys, Refused, authorize
from local.gateway.payload import MalformedResponse, Origin, build_event, build_response
from local.gateway.routes import Match, Router
from local.http_server import Request, Response
from local.lambdas import Lambdas
from local.logs import Log
from local.template import HttpApi

MAX_BODY = 10 * 1024 * 1024
"""Bytes: an HTTP API's limit for a payload."""
_DEFAULT_CONTENT_TYPE = "text/plain; charset=utf-8"


class HttpApiGateway:
    """Answers every request to one HTTP API; an `App` for `HttpServer`."""

    def __init__(self, api: HttpApi, origin: Origin, lambdas: Lambdas, keys: Keys, log: Log) -> None:
        self.api = api
        self._origin = origin
        self._lambdas = lambdas
        self._keys = keys
        self._log = log
        self._router = Router(api.routes)

    def __call__(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        response = self._answer(request, request_id)
        response.headers.append(("apigw-requestid", request_id))
        return response

    def _answer(self, request: Request, request_id: str) -> Response:
        match = self._router.find(request.method, request.path)
        # A route that takes OPTIONS (ANY and $default do) takes preflights too, and its authorizer refuses them: as on AWS.
        if match is None and self.api.cors and is_preflight(request):
            return preflight(self.api.cors, request)
        return with_cors(self.api.cors, request, self._routed(request, match, request_id))

    def _routed(self, request: Request, match: Match | None, request_id: str) -> Response:
        if request.too_large:
            return message(413, "Request Entity Too Large")
        if match is None:
            return message(404, "Not Found")
        authorizer = None
        if match.route.authorizer:
            try:
                authorizer = authorize(request, match.route.authorizer, match.route.scopes, self._keys)
            except Refused as refused:
                answer = message(refused.status, "Unauthorized" if refused.status == 401 else "Forbidden")
                answer.headers.append(("www-authenticate", refused.challenge))
                return answer
        event = build_event(
            request,
            self._origin,
            route_key=match.route.key,
            path_parameters=match.parameters,
            authorizer=authorizer,
            request_id=request_id,
        )
        result = self._lambdas.invoke(match.route.function, event, wait=match.route.timeout)
        if result is None:
            return message(503, "Service Unavailable")
        if result.failed:
            return message(500, "Internal Server Error")
        try:
            return build_response(result.payload, default_content_type=_DEFAULT_CONTENT_TYPE, unquote_string=True)
        except MalformedResponse as error:
            self._log.line(match.route.function, f"its return value makes no HTTP response: {error}")
            return message(500, "Internal Server Error")


def message(status: int, text: str) -> Response:
    """An answer of the gateway's own, as AWS words it."""
    return Response(status, [("content-type", "application/json")], b'{"message":"%s"}' % text.encode())
