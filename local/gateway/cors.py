"""CORS as HTTP APIs and Function URLs do it: from the configuration, without asking the function.

Source: API Gateway developer guide, "Configure CORS for HTTP APIs": preflights are answered by the gateway, and CORS headers that a
function returns are replaced by the configured ones.
"""

from local.http_server import Request, Response
from local.template import Cors


def is_preflight(request: Request) -> bool:
    """What a browser asks before a cross-origin call: OPTIONS with both headers."""
    return request.method == "OPTIONS" and all(request.header(name) for name in ("origin", "access-control-request-method"))


def preflight(cors: Cors, request: Request) -> Response:
    """204, with the configuration's headers if the origin may, and without if it may not: the browser then refuses."""
    headers = _allowed(cors, request)
    if headers:
        if cors.methods:
            headers.append(("access-control-allow-methods", ",".join(cors.methods)))
        if cors.headers:
            headers.append(("access-control-allow-headers", ",".join(cors.headers)))
        if cors.max_age is not None:
            headers.append(("access-control-max-age", str(cors.max_age)))
    return Response(204, headers)


def with_cors(cors: Cors | None, request: Request, response: Response) -> Response:
    """The response with the configured CORS headers instead of any of its own; untouched when nothing is configured."""
    if cors is None:
        return response
    own = [(name, value) for name, value in response.headers if not name.startswith("access-control-")]
    headers = _allowed(cors, request)
    if headers and cors.expose_headers:
        headers.append(("access-control-expose-headers", ",".join(cors.expose_headers)))
    return Response(response.status, own + headers, response.body)


def _allowed(cors: Cors, request: Request) -> list[tuple[str, str]]:
    origin = request.header("origin")
    if origin is None:
        return []
    if "*" in cors.origins and not cors.credentials:
        headers = [("access-control-allow-origin", "*")]
    elif any(_matches(pattern, origin) for pattern in cors.origins):
        headers = [("access-control-allow-origin", origin)]
    else:
        return []
    if cors.credentials:
        headers.append(("access-control-allow-credentials", "true"))
    return headers


def _matches(pattern: str, origin: str) -> bool:
    if pattern in ("*", origin):
        return True
    # `https://*` and `http://*` stand for every origin of that scheme.
    return pattern in ("https://*", "http://*") and origin.startswith(pattern[:-1])
