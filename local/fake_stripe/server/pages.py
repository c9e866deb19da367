"""Plain pages a customer's browser may open: the billing portal, an invoice and its PDF."""

from ..registry import PAGES
from ..world import World
from .messages import Request, Response


def handle(world: World, request: Request) -> Response | None:
    """The page at this path, or None. Resources announce pages with `@page(prefix)` (registry.py)."""
    for prefix, handler in PAGES.items():
        if request.path.startswith(prefix):
            with world.lock:
                world.run_due()
                return handler(world, request)
    return None
