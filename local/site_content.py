"""What the static site consists of, wherever it is served: `make dev` and `make deploy` both take it from here."""

import hashlib
import json
import mimetypes
from pathlib import PurePosixPath
from typing import Any

CONFIG_FILE = "config.json"
CACHE_CONTROL = "public, max-age=0, must-revalidate, s-maxage=31536000"
"""Names carry no hash, so browsers must ask each time. CloudFront may keep all of it for a year, as long as it keeps anything: a deployment
that changes a file tells it to forget everything (`ops.deploy.site.invalidate`). Errors it keeps for ten seconds, whatever this says."""

# Fixed, so that the answer does not hang on the machine's own table.
_TYPES = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "text/xml",
}


def is_hidden(key: str) -> bool:
    """A part begins with a dot: an editor's or a tool's file. Not the folder .well-known, which is for the world (RFC 8615)."""
    return any(part.startswith(".") for part in key.removeprefix(".well-known/").split("/"))


def content_type(key: str) -> str:
    """By the ending of a file's name."""
    return _TYPES.get(PurePosixPath(key).suffix.lower()) or mimetypes.guess_type(key)[0] or "binary/octet-stream"


def etag(body: bytes) -> str:
    """S3's ETag, quotes included, of an object uploaded in one part to a bucket that encrypts with keys of S3's own."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def site_config(
    *, api_url: str, region: str, publishable_key: str, script_url: str, cognito_endpoint: str, client_id: str | None
) -> dict[str, Any]:
    """config.json: what differs between one deployment of the site and the next. No secret is in it."""
    return {
        "apiUrl": api_url,
        "region": region,
        "stripe": {"publishableKey": publishable_key, "scriptUrl": script_url},
        "cognito": {"endpoint": cognito_endpoint, "clientId": client_id},
    }


def config_body(config: dict[str, Any]) -> bytes:
    return json.dumps(config, indent=2).encode()
