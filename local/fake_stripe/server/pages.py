"""Plain pages a customer's browser may open: the billing portal, an invoice and its PDF."""

from ..registry import PAGES
from ..world import World
from .messages import Request, Response

STYLE = """body{font:16px/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}
fieldset{margin:1rem 0}button{font:inherit;padding:.4rem 1rem}"""


def handle(world: World, request: Request) -> Response | None:
    """The page at this path, or None. Resources announce pages with `@page(prefix)` (registry.py)."""
    for prefix, handler in PAGES.items():
        if request.path.startswith(prefix):
            with world.lock:
                world.run_due()
                return handler(world, request)
    return None


def html_page(status: int, title: str, body: str) -> Response:
    """A small page around `body`, which is HTML already."""
    text = f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>{body}</html>"
    return Response(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})
