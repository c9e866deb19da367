"""The log of API requests received, so that tests can count the calls an app made, and with which key."""

import threading
from collections import Counter, deque
from urllib.parse import parse_qsl

from .keys import Key
from .messages import Request

KEPT = 20_000


class RequestLog:
    """The newest requests, and counts of all since the last reset."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self._entries: deque[dict] = deque(maxlen=KEPT)
        self._counts: Counter[str] = Counter()

    def record(self, request: Request, key: Key, request_id: str) -> dict:
        entry = {
            "id": request_id,
            "method": request.method,
            "path": request.path,
            "key": key.value,
            "stripe_version": request.headers.get("stripe-version"),
            "idempotency_key": request.headers.get("idempotency-key"),
            "params": _params(request),
            "status": None,
            "replayed": False,
        }
        with self._lock:
            self._entries.append(entry)
            self._counts[f"{request.method} {request.path}"] += 1
        return entry

    def listing(self, *, method: str | None = None, path: str | None = None, key: str | None = None, limit: int = 1_000) -> dict:
        """`{total, counts: {"GET /v1/…": n}, requests: [newest first]}`; `path` filters by prefix."""
        with self._lock:
            entries = list(self._entries)
            counts = dict(self._counts)
        chosen = [
            entry
            for entry in reversed(entries)
            if (not method or entry["method"] == method)
            and (not path or entry["path"].startswith(path))
            and (not key or entry["key"] == key)
        ]
        return {"total": len(chosen), "counts": counts, "requests": chosen[:limit]}


def _params(request: Request) -> dict[str, str]:
    """Flat, as sent; card data is left out."""
    raw = request.body.decode("utf-8", "replace") if request.method == "POST" else request.query
    return {name: "…" if name.startswith("card[") else value for name, value in parse_qsl(raw, keep_blank_values=True)}
