"""Lambda's own Invoke API, so that `python -m local.invoke`, `aws lambda invoke` and a function that calls another all work.

Source: Lambda API reference, Invoke. Synchronous invocations only: Lambda retries asynchronous ones for hours, which nobody waits for here.
"""

import json

from local.http_server import Request, Response
from local.lambdas import Lambdas

MAX_BODY = 6 * 1024 * 1024
_PREFIX = "/2015-03-31/functions/"
_SUFFIX = "/invocations"


class InvokeApi:
    """Answers Invoke for functions by logical id, name or ARN; an `App` for `HttpServer`."""

    def __init__(self, lambdas: Lambdas) -> None:
        self._lambdas = lambdas

    def __call__(self, request: Request) -> Response:
        if request.header("authorization") is None:
            # Every client signs. A web page that happens to know the port cannot, without a preflight that nobody answers.
            return _error(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        if request.method != "POST" or not request.path.startswith(_PREFIX) or not request.path.endswith(_SUFFIX):
            return _error(404, "ResourceNotFoundException", "The local stack serves Lambda's Invoke only")
        if request.too_large:
            return _error(413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes for the Invoke operation")
        kind = request.header("x-amz-invocation-type") or "RequestResponse"
        if kind != "RequestResponse":
            return _error(400, "InvalidParameterValueException", f"The local stack invokes synchronously, not by {kind}")
        name = request.path.removeprefix(_PREFIX).removesuffix(_SUFFIX)
        function = self._lambdas.find(name)
        if function is None:
            return _error(404, "ResourceNotFoundException", f"Function not found: {name}")
        result = self._lambdas.invoke(function, request.body or b"{}")
        assert result is not None  # no time limit was given
        headers = [("content-type", "application/json"), ("x-amz-executed-version", "$LATEST")]
        if result.failed:
            headers.append(("x-amz-function-error", "Unhandled"))
        return Response(200, headers, result.payload)


def _error(status: int, kind: str, message: str) -> Response:
    body = json.dumps({"Type": "User", "Message": message}).encode()
    return Response(status, [("content-type", "application/json"), ("x-amzn-errortype", kind)], body)
