"""The stand-in for Stripe.js, and the frames it mounts: files that the fake Stripe's server hands out as they are.

A page loads `/endive/stripe.js` or `/clover/stripe.js`, as it would from Stripe. Frames live under `/elements/`, on the same origin, which
is never the page's. There is no build step: the frames are ES modules, and the few classic scripts that make up stripe.js are joined when
they are read, since a classic script cannot import and the page expects one file and a global that is there at once.
"""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

STRIPE_JS_PARTS = ("environment", "channel", "frames", "element", "actions", "checkout", "intents", "stripe")
"""In `stripejs/`; later ones use what earlier ones declare."""


@dataclass(frozen=True)
class Joined:
    """Scripts served as one, in a scope of their own, that leave one global behind. Read like a `Path`."""

    parts: tuple[Path, ...]
    exported: str

    def read_bytes(self) -> bytes:
        """The joined script, UTF-8."""
        body = b"\n".join(part.read_bytes() for part in self.parts)
        return b"(() => {\n'use strict';\n%b\nwindow.%b = %b;\n})();\n" % (body, *[self.exported.encode()] * 2)


STRIPE_JS = Joined(tuple(HERE / "stripejs" / f"{part}.js" for part in STRIPE_JS_PARTS), "Stripe")


def _routes() -> dict[str, tuple[Path | Joined, str]]:
    routes: dict[str, tuple[Path | Joined, str]] = {
        f"/{release}/stripe.js": (STRIPE_JS, CONTENT_TYPES[".js"]) for release in ("endive", "clover")
    }
    for file in HERE.rglob("*"):
        if file.suffix in CONTENT_TYPES and file.parent.name != "stripejs":
            name = file.parent if file.name == "index.html" else file
            routes[f"/elements/{name.relative_to(HERE).as_posix()}"] = (file, CONTENT_TYPES[file.suffix])
    return routes


ROUTES = _routes()
"""URL path -> what to read (its `read_bytes()`), and its content type."""
