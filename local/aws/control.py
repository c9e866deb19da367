"""Switches for tests, under `/_control/` of the AWS process: which operations were called, and faults for the next ones.

| call | what it does |
|---|---|
| `GET /_control/requests` | `{operations: ["dynamodb.UpdateItem", …]}`, oldest first; those that a fault answered count too |
| `GET /_control/calls` | `{calls: [{caller, action, resource, key}]}`: each once since the start; of a key its kind, `user` |
| `DELETE /_control/requests` | forgets them |
| `POST /_control/faults` | for the next matching operations: `{operation, status, code, key?, count?, skip?, after_work?}` |
| `DELETE /_control/faults` | none any more |
| `POST /_control/roles` | `{caller: [{actions, resources, keys}]}`: from now on those callers are refused all else |

`operation` is as listed, or with `*` at its end a prefix; `key` is what the hash key of DynamoDB's item begins with. With
`after_work` the operation is done and only its answer is lost, as when DynamoDB's 500 comes after the write.
"""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass

from local.aws.roles import Call, Roles, call_of
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
    key: str = ""
    count: int = 1
    skip: int = 0
    after_work: bool = False

    def matches(self, operation: str, call: Call) -> bool:
        named = operation.startswith(self.operation[:-1]) if self.operation.endswith("*") else operation == self.operation
        return named and any(key.startswith(self.key) for key in call.keys or [""])


class Control:
    """Stands before the services (`inner`) and sees every request."""

    def __init__(self, inner: App) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self._operations: deque[str] = deque(maxlen=_KEPT)
        self._calls: set[tuple[str, str, str, str]] = set()
        self._faults: list[Fault] = []
        self._roles = Roles()

    def __call__(self, request: Request) -> Response:
        if request.path.startswith(_PREFIX):
            return self._switch(request)
        operation = _operation(request)
        if operation is None:
            return self._inner(request)
        call = call_of(request, operation)
        if refusal := self._roles.refusal(call):
            return _error("AccessDeniedException", 400, refusal)
        fault = self._seen(operation, call)
        if fault is None:
            return self._inner(request)
        if fault.after_work:
            self._inner(request)
        return _error(f"com.amazonaws.dynamodb.v20120810#{fault.code}", fault.status, "An injected fault of the local stack.")

    def _seen(self, operation: str, call: Call) -> Fault | None:
        with self._lock:
            self._operations.append(operation)
            self._calls |= {(call.caller, call.action, call.resource, key.partition("#")[0]) for key in call.keys or [""]}
            for fault in self._faults:
                if not fault.matches(operation, call):
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
            ("GET", "calls"): self._list_calls,
            ("POST", "roles"): self._learn_roles,
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

    def _list_calls(self, _: Request) -> object:
        with self._lock:
            return {"calls": [dict(zip(("caller", "action", "resource", "key"), call, strict=True)) for call in self._calls]}

    def _learn_roles(self, request: Request) -> object:
        self._roles.learn(json.loads(request.body))
        return {}

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


def _error(kind: str, status: int, message: str) -> Response:
    content = json.dumps({"__type": kind, "message": message})
    return Response(status, [("content-type", "application/x-amz-json-1.0")], content.encode())


def _json(status: int, content: object) -> Response:
    return Response(status, [("content-type", "application/json")], json.dumps(content).encode())
