"""Everything on the port: Stripe's API, the stand-in's controls, the console, Stripe.js, the portal, invoices' PDFs."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from ..contract import contract_for
from ..control import Control
from ..control.api_faults import ApiFaults
from ..resources.events import in_release
from ..resources.webhook_endpoints import version_of, wants
from ..webhooks.delivery import Dispatcher
from ..world import World
from . import pages
from .api import CORS, Api
from .keys import KeyRing
from .messages import Request, Response

Static = dict[str, tuple[Path, str]]


class App:
    """`handle` answers any request; `close` ends the delivery threads."""

    def __init__(self, world: World, keys: KeyRing, *, static: Static | None = None, sleep: Callable[[float], None] = time.sleep):
        self.world = world
        self.api = Api(world, keys)
        self.faults = ApiFaults(sleep=sleep)
        self.dispatcher = Dispatcher(self._render, wall=world.wall)
        self.control = Control(self)
        self._static = static or {}
        world.listeners.append(self._deliver)
        world.pending_webhooks = self.dispatcher.undelivered
        world.delivery_failed = self.dispatcher.given_up

    def handle(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(204, b"", dict(CORS))
        if request.path.startswith("/v1/"):
            return self.faults.around(request, self.api.handle)
        if request.path.startswith("/_control/"):
            return self.control.handle(request)
        found = self._static.get(request.path)
        if found is not None:
            path, content_type = found
            headers = {"Content-Type": content_type, "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
            return Response(200, path.read_bytes(), headers)
        return pages.handle(self.world, request) or self.api.handle(request)

    def close(self) -> None:
        self.dispatcher.stop()

    def _deliver(self, event: dict) -> None:
        """Called with the world's lock held, in the order events are made."""
        for endpoint in self.world.table("webhook_endpoint").rows.values():
            if wants(endpoint, event["type"]):
                self.dispatcher.submit(event, endpoint)

    def _render(self, event: dict, endpoint: dict) -> bytes:
        """On a delivery thread."""
        with self.world.lock:
            return json.dumps(in_release(self.world, event, contract_for(version_of(endpoint)))).encode()
