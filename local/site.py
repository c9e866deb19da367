"""The static site as S3 + CloudFront serve it: one folder, the template's headers and error pages, compression, revalidation.

Sources: CloudFront developer guide, "Serve compressed files" (these types, from 1,000 bytes up; CloudFront prefers Brotli, which Python
lacks, so bytes on the wire are a little more here); S3 user guide: who may not list a bucket gets 403 for what is not there.
"""

import gzip
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from local.http_server import Request, Response
from local.site_content import CACHE_CONTROL, CONFIG_FILE, config_body, content_type, etag, is_hidden
from local.template import SiteDelivery

_COMPRESSIBLE = ("text/", "application/json", "application/manifest+json", "image/svg+xml", "image/x-icon")
_COMPRESS_FROM = 1000
"""Bytes, CloudFront's lower bound (its upper one is 10 MB)."""
MAX_BODY = 1024 * 1024
"""Bytes: nothing is posted here, so little need be read to be refused."""


@dataclass(frozen=True, slots=True)
class _Object:
    """A file as it is sent."""

    body: bytes
    content_type: str
    modified: float
    etag: str


class Site:
    """Serves `folder` and a `config.json`; an `App` for `HttpServer`. Files are read anew when they change."""

    def __init__(self, folder: Path, config: dict[str, Any], delivery: SiteDelivery, *, port: int) -> None:
        self._folder = folder.resolve()
        self._delivery = delivery
        self._headers = list(delivery.headers.items())
        self._origin = f"http://127.0.0.1:{port}"
        self._localhost = f"localhost:{port}"
        body = config_body(config)
        self._config = _Object(body, content_type(CONFIG_FILE), 0.0, etag(body))
        self._compressed: dict[tuple[str, str], bytes] = {}

    def __call__(self, request: Request) -> Response:
        if request.header("host") == self._localhost:
            # Two names would be two origins: CORS, storage and cookies know only one of them.
            return Response(301, [("location", self._origin + request.target), *self._headers])
        if request.method not in ("GET", "HEAD"):
            return self._error(request, 405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        found = self._find(unquote(request.path))
        return self._send(request, found) if found else self._error(request, 403, "AccessDenied", "Access Denied")

    def _find(self, path: str) -> _Object | None:
        if path == f"/{CONFIG_FILE}":
            return self._config
        # Only the root has an index: that is what DefaultRootObject means, and S3 keys are not folders.
        key = self._delivery.default_root_object if path == "/" else path[1:]
        if "\\" in key or "\0" in key or is_hidden(key) or "" in key.split("/"):
            return None
        file = self._folder / key
        try:
            if not file.is_file() or not file.resolve().is_relative_to(self._folder):
                return None
            body = file.read_bytes()
            return _Object(body, content_type(key), file.stat().st_mtime, etag(body))
        except OSError:
            return None

    def _send(self, request: Request, found: _Object, status: int = 200) -> Response:
        headers = [
            ("etag", found.etag),
            ("last-modified", formatdate(found.modified, usegmt=True)),
            ("cache-control", CACHE_CONTROL),
            *self._headers,
        ]
        compressible = found.content_type.startswith(_COMPRESSIBLE) and len(found.body) >= _COMPRESS_FROM
        if compressible:
            headers.append(("vary", "Accept-Encoding"))
        if status == 200 and _unchanged(request, found):
            return Response(304, headers)
        headers.append(("content-type", found.content_type))
        body = found.body
        if compressible and "gzip" in _accepted(request):
            body = self._gzip(found)
            headers.append(("content-encoding", "gzip"))
            headers[0] = ("etag", f"W/{found.etag}")
        return Response(status, headers, body)

    def _gzip(self, found: _Object) -> bytes:
        key = (found.etag, "gzip")
        if key not in self._compressed:
            self._compressed[key] = gzip.compress(found.body, 6, mtime=0)
        return self._compressed[key]

    def _error(self, request: Request, status: int, code: str, message: str) -> Response:
        page = self._delivery.error_pages.get(status)
        if page and (found := self._find(page.path)):
            return self._send(request, found, page.status)
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
        return Response(status, [("content-type", "application/xml"), *self._headers], body.encode())


def _unchanged(request: Request, found: _Object) -> bool:
    if (tags := request.header("if-none-match")) is not None:
        return any(tag.strip().removeprefix("W/") in (found.etag, "*") for tag in tags.split(","))
    if since := request.header("if-modified-since"):
        try:
            return int(found.modified) <= parsedate_to_datetime(since).timestamp()
        except ValueError:
            return False
    return False


def _accepted(request: Request) -> set[str]:
    """The encodings the client takes; `q=0` means it does not."""
    accepted: set[str] = set()
    for part in (request.header("accept-encoding") or "").split(","):
        name, _, quality = part.strip().partition(";")
        if quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            accepted.add(name.strip().lower())
    return accepted
