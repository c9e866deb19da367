"""A request as it came and an answer as it goes, free of sockets, so that tests can make one in-process."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Request:
    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""


@dataclass(slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    date: float | None = None
    """Unix seconds for the Date header; None: when the answer is sent."""
    dropped: bool = False
    """The connection is cut instead of answering (an injected fault)."""

    def json(self) -> dict:
        return json.loads(self.body)


def json_response(status: int, value: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})
