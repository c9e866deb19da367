"""Faults for the next API calls: what a network and a busy Stripe do to an app.

status               answered with that error, nothing done (500, 429, 400 …)
timeout              the work is done, then no answer for `seconds`, then the connection is cut
reset                the connection is cut; with `after_work` once the work is done
slow                 the answer is made now and sent `seconds` later: a body older than its Date
replay               the answer of the last such call again, under a new Date
"""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..server.messages import Request, Response, json_response

KINDS = ("status", "timeout", "reset", "slow", "replay")
Next = Callable[[Request], Response]


@dataclass(slots=True)
class Fault:
    """One injected fault: for the next `count` calls that match; `method` and `path` (a prefix, `*` at its end allowed) empty: any."""

    kind: str
    method: str = ""
    path: str = ""
    count: int = 1
    skip: int = 0
    """How many matching calls go through first."""
    status: int = 500
    code: str = ""
    """The error's code when not the status's usual one (`lock_timeout` for a 429)."""
    seconds: float = 0.0
    after_work: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    id: int = 0

    def matches(self, request: Request) -> bool:
        prefix = self.path.rstrip("*")
        exact = bool(self.path) and not self.path.endswith("*")
        fits = request.path == self.path if exact else request.path.startswith(prefix)
        return fits and self.method.upper() in ("", request.method)


class ApiFaults:
    """Injected faults in the order they were asked for. Waiting (`sleep`, seconds) happens here, outside every lock."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep):
        self._faults: list[Fault] = []
        self._last: dict[tuple[str, str, str], Response] = {}
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self.sleep = sleep

    def add(self, given: dict) -> Fault:
        """Raises ValueError for an unknown kind or field."""
        if given.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        try:
            fault = Fault(**given)
        except TypeError as error:
            raise ValueError(str(error)) from None
        with self._lock:
            fault.id = next(self._ids)
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def listing(self) -> list[dict]:
        with self._lock:
            return [
                {"id": f.id, "kind": f.kind, "method": f.method, "path": f.path, "count": f.count, "skip": f.skip, "status": f.status}
                for f in self._faults
            ]

    def around(self, request: Request, handle: Next) -> Response:
        fault = self._take(request)
        if fault is None:
            return self._remembered(request, handle(request))
        match fault.kind:
            case "status":
                return _error(fault)
            case "timeout":
                handle(request)
                self.sleep(fault.seconds)
                return Response(500, dropped=True)
            case "reset":
                if fault.after_work:
                    handle(request)
                return Response(500, dropped=True)
            case "slow":
                response = self._remembered(request, handle(request))
                self.sleep(fault.seconds)
                return response
            case _:
                before = self._last.get(_identity(request))
                return before if before is not None else self._remembered(request, handle(request))

    def _take(self, request: Request) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if not fault.matches(request):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.count -= 1
                if fault.count <= 0:
                    self._faults.remove(fault)
                return fault
        return None

    def _remembered(self, request: Request, response: Response) -> Response:
        if response.status == 200 and request.method == "GET":
            self._last[_identity(request)] = response
        return response


def _identity(request: Request) -> tuple[str, str, str]:
    return request.method, request.path, request.query


def _error(fault: Fault) -> Response:
    if fault.status == 429:
        error = {
            "type": "invalid_request_error",
            "code": fault.code or "rate_limit",
            "message": "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
        }
        headers = {"Stripe-Should-Retry": "true"} if fault.code == "lock_timeout" else {"Stripe-Rate-Limited-Reason": "global-rate"}
        headers |= fault.headers
    else:
        kind = "api_error" if fault.status >= 500 else "idempotency_error" if "idempotency" in fault.code else "invalid_request_error"
        error = {"type": kind, "message": "An injected fault of the local stand-in for Stripe."}
        if fault.code:
            error["code"] = fault.code
        headers = dict(fault.headers)
    return json_response(fault.status, {"error": error}, headers)
