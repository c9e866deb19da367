"""Idempotency keys as Stripe documents them for v1: the first answer is kept and replayed, also a 500.

    request A, key k: begin → running …………… finish(answer)
    request B, key k:        409 in_use               replay(answer), Idempotent-Replayed: true
    request C, key k, other parameters:               400 idempotency_error

What failed validation or conflicted is not kept, so that a corrected request may use the key again.
"""

import hashlib
import threading
from dataclasses import dataclass

from ..errors import IdempotencyConflict, InvalidRequest
from .messages import Request, Response

MAX_KEY = 255


@dataclass(slots=True)
class _Entry:
    fingerprint: str
    request_id: str
    response: Response | None = None


class IdempotencyStore:
    """Answers by (API key, idempotency key). Kept for as long as the process lives (Stripe: at least 24 hours)."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._lock = threading.Lock()

    def begin(self, api_key: str, key: str, request: Request, request_id: str) -> Response | None:
        """Reserves the key, or answers what it was answered before. Raises IdempotencyConflict or InvalidRequest."""
        if len(key) > MAX_KEY:
            raise InvalidRequest(f"Idempotency keys can be at most {MAX_KEY} characters long.")
        fingerprint = hashlib.sha256(b"\0".join((request.method.encode(), request.path.encode(), request.body))).hexdigest()
        with self._lock:
            entry = self._entries.get((api_key, key))
            if entry is None:
                self._entries[api_key, key] = _Entry(fingerprint, request_id)
                return None
        if entry.fingerprint != fingerprint:
            raise IdempotencyConflict(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request."
            )
        if entry.response is None:
            raise IdempotencyConflict(
                "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, "
                "and the other request is still going through). Please try again later.",
                code="idempotency_key_in_use",
                status=409,
            )
        replay = entry.response
        headers = {**replay.headers, "Idempotent-Replayed": "true", "Original-Request": entry.request_id}
        return Response(replay.status, replay.body, headers)

    def finish(self, api_key: str, key: str, response: Response) -> None:
        with self._lock:
            if 200 <= response.status < 300 or response.status == 402 or response.status >= 500:
                self._entries[api_key, key].response = response
            else:
                self._entries.pop((api_key, key), None)
