"""The whole stand-in without a socket: for scenarios, property tests and benchmarks. Real time stands still unless it is moved."""

from collections.abc import Iterator
from urllib.parse import urlencode

from .server.api import Api
from .server.keys import KeyRing
from .server.messages import Request, Response
from .world import World

START = 1_795_000_000
"""18 November 2026, 11:06:40 UTC"""


class Refused(Exception):
    """An answer that was an error: `status`, and Stripe's `error` hash."""

    def __init__(self, status: int, error: dict):
        super().__init__(f"{status} {error.get('code')}: {error.get('message')}")
        self.status = status
        self.error = error


class InProcess:
    """An account of its own. `wall` is real time; `world.timeline` the time objects live in."""

    def __init__(self, *, seed: int = 0, api_version: str | None = None, start: int = START):
        self.wall = float(start)
        self.api_version = api_version
        self.world = World(seed=seed, wall=lambda: self.wall)
        self.api = Api(self.world, KeyRing("sk_test_local", "pk_test_local"))

    def send(
        self, method: str, path: str, params: dict | None = None, *, key: str = "sk_test_local", headers: dict | None = None
    ) -> Response:
        """One request as a client would send it; the answer whatever it is."""
        encoded = urlencode(list(flattened(params or {})))
        sent = {"authorization": f"Bearer {key}", **(headers or {})}
        if self.api_version:
            sent.setdefault("stripe-version", self.api_version)
        if method == "POST":
            return self.api.handle(Request(method, path, "", sent, encoded.encode()))
        return self.api.handle(Request(method, path, encoded, sent))

    def call(self, method: str, path: str, params: dict | None = None, *, key: str = "sk_test_local", headers: dict | None = None) -> dict:
        """The answer's JSON. Raises Refused for an error."""
        response = self.send(method, path, params, key=key, headers=headers)
        body = response.json()
        if response.status >= 400:
            raise Refused(response.status, body["error"])
        return body

    def get(self, path: str, **params: object) -> dict:
        return self.call("GET", path, params)

    def post(self, path: str, **params: object) -> dict:
        return self.call("POST", path, params)

    def delete(self, path: str, **params: object) -> dict:
        return self.call("DELETE", path, params)

    def advance(self, seconds: int) -> int:
        """Moves Stripe's time (real time stays); returns how many due things happened."""
        timeline = self.world.timeline
        with self.world.lock:
            return timeline.advance(timeline.now + seconds)


def flattened(params: dict, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Bracketed names and text values, as stripe-python encodes them; None is left out."""
    for name, value in params.items():
        key = f"{prefix}[{name}]" if prefix else name
        if isinstance(value, list | tuple):
            value = dict(enumerate(value))
        if isinstance(value, dict):
            yield from flattened(value, key)
        elif value is not None:
            yield key, str(value).lower() if isinstance(value, bool) else str(value)
