"""Switches for tests, under `/_control/` of the AWS process: which operations were called, and faults for the next ones.

| call | what it does |
|---|---|
| `GET /_control/requests` | `{operations: ["dynamodb.UpdateItem", …]}`, oldest first; those that a fault answered count too |
| `DELETE /_control/requests` | forgets them |
| `POST /_control/faults` | for the next matching operations: `{operation, status, code, count?, skip?, after_work?}` |
| `DELETE /_control/faults` | none any more |

`operation` is as listed, or with `*` at its end a prefix. With `after_work` the operation is done and only its answer is lost,
as when DynamoDB's 500 comes after the write.
"""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass

from local.http_server import App, Request, Response

_KEPT = 20_000
_PREFIX = "/_control/"
_SERVICES = {
    "DynamoDB_20120810": "dynamodb",
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AmazonSSM": "ssm",
}


@dataclass(slots=True)
class Fault:
    """What the next `count` matching operations are answered, after `skip` that are let through."""

    operation: str
    status: int
    code: str
    count: int = 1
    skip: int = 0
    after_work: bool = False

    def matches(self, operation: str) -> bool:
        return operation.startswith(self.operation[:-1]) if self.operation.endswith("*") else operation == self.operation


class Control:
    """Stands before the services (`inner`) and sees every request."""

    def __init__(self, inner: App) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self._operations: deque[str] = deque(maxlen=_KEPT)
        self._faults: list[Fault] = []

    def __call__(self, request: Request) -> Response:
        if request.path.startswith(_PREFIX):
            return self._switch(request)
        operation = _operation(request)
        fault = self._seen(operation) if operation else None
        if fault is None:
            return self._inner(request)
        if fault.after_work:
            self._inner(request)
        error = {"__type": f"com.amazonaws.dynamodb.v20120810#{fault.code}", "message": "An injected fault of the local stack."}
        return Response(fault.status, [("content-type", "application/x-amz-json-1.0")], json.dumps(error).encode())

    def _seen(self, operation: str) -> Fault | None:
        with self._lock:
            self._operations.append(operation)
            for fault in self._faults:
                if not fault.matches(operation):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.count -= 1
                if fault.count <= 0:
                    self._faults.remove(fault)
                return fault
        return None

    def _switch(self, request: Request) -> Response:
        switches: dict[tuple[str, str], Callable[[Request], object]] = {
            ("GET", "requests"): self._list_requests,
            ("DELETE", "requests"): self._forget_requests,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
        }
        switch = switches.get((request.method, request.path.removeprefix(_PREFIX)))
        if switch is None:
            return _json(404, {"error": "there is no such control"})
        try:
            return _json(200, switch(request))
        except (ValueError, TypeError) as error:
            return _json(400, {"error": str(error)})

    def _list_requests(self, _: Request) -> object:
        with self._lock:
            return {"operations": list(self._operations)}

    def _forget_requests(self, _: Request) -> object:
        with self._lock:
            self._operations.clear()
        return {"operations": []}

    def _add_fault(self, request: Request) -> object:
        fault = Fault(**json.loads(request.body))
        with self._lock:
            self._faults.append(fault)
        return asdict(fault)

    def _clear_faults(self, _: Request) -> object:
        with self._lock:
            self._faults.clear()
        return {"faults": []}


def _operation(request: Request) -> str | None:
    """`dynamodb.GetItem`; None for what is no call of a service (Cognito's keys)."""
    service, _, name = (request.header("x-amz-target") or "").partition(".")
    return f"{_SERVICES[service]}.{name}" if service in _SERVICES else None


def _json(status: int, content: object) -> Response:
    return Response(status, [("content-type", "application/json")], json.dumps(content).encode())
