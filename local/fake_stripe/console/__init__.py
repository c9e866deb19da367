"""The page at the fake Stripe's root: what is in it and what it sends, live, for whoever develops against it. Static files only; what it
shows and does goes through `/_control/…`.
"""

from pathlib import Path

HERE = Path(__file__).parent

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

ROUTES: dict[str, tuple[Path, str]] = {
    "/" if file.name == "index.html" else f"/console/{file.name}": (file, CONTENT_TYPES[file.suffix])
    for file in HERE.iterdir()
    if file.suffix in CONTENT_TYPES
}
"""URL path -> what to read, and its content type."""
