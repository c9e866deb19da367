"""Deliveries to a WSGI application: what a server in front of it would make of them."""

import io
import sys
from collections.abc import Callable
from typing import Any


def deliver(application: Callable[..., Any], path: str, deliveries: list[dict[str, Any]]) -> None:
    """Each posted to the path, one after the other. Ends the process at the first answer that is not 200."""
    for delivery in deliveries:
        body = delivery["body"].encode()
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "192.0.2.1",
            "CONTENT_TYPE": "application/json; charset=utf-8",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_STRIPE_SIGNATURE": delivery["headers"]["stripe-signature"],
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }
        said: list[str] = []
        content = b"".join(application(environ, lambda status, headers, said=said: said.append(status)))
        if not said[0].startswith("200"):
            sys.exit(f"{said[0]}: {content[-2000:]!r}")
