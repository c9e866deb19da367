"""One process of one function, and the Lambda Runtime API it talks to.

Source of the protocol: Lambda developer guide, "Using the Lambda runtime API for custom runtimes" (version 2018-06-01). Each worker has a
server of its own, so that a request needs no name to say which worker it comes from.
"""

import importlib.util
import queue
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from local import processes
from local.http_server import HttpServer, Request, Response, listen
from local.lambdas.environment import Endpoints, environment
from local.lambdas.invocation import Invocation, Result
from local.logs import Log
from local.template import Function

if TYPE_CHECKING:
    from local.lambdas.pool import Pool

_API = "/2018-06-01/runtime"
_PAYLOAD_LIMIT = 6 * 1024 * 1024 + 100_000
"""Bytes: Lambda's limit for a synchronous answer (6 MB) and its envelope."""
_RUNTIME_CLIENT = Path(__file__).with_name("runtime_client.py")
_ACCEPTED = Response(202, [("content-type", "application/json")], b'{"status":"OK"}')


def has_awslambdaric() -> bool:
    """Whether AWS's own runtime client is installed (it has wheels for Linux only)."""
    return importlib.util.find_spec("awslambdaric") is not None


class Worker:
    """A process that asks for invocations one at a time. `pool` decides what it gets and hears how it went."""

    def __init__(self, pool: "Pool", function: Function, *, endpoints: Endpoints, own_client: bool, log: Log) -> None:
        self.pool = pool
        self.ready = False
        """It has asked for its first invocation: the module is imported."""
        self.stale = False
        """Its code has changed since it started."""
        self.init_timer: threading.Timer | None = None
        self.inbox: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self.current: Invocation | None = None
        self._function = function
        self._endpoints = endpoints
        self._own_client = own_client
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._server = HttpServer(
            listen("127.0.0.1", 0),
            self._runtime_api,
            name=function.logical_id,
            max_body=_PAYLOAD_LIMIT,
            idle_seconds=None,  # between its event and its answer a function may take 15 minutes
        )
        self._kill_lock = threading.Lock()
        self._killed = False

    def start(self) -> None:
        """Starts the process. It reports by asking for its first invocation, or by ending."""
        self._server.start()
        # A built layer holds all that will be there in Lambda: the environment of this project must not help out.
        isolated = any(layer.built for layer in self._function.layers)
        client = str(_RUNTIME_CLIENT) if self._own_client or isolated else "awslambdaric"
        process = processes.start(
            [client, self._function.handler],
            env=environment(self._function, endpoints=self._endpoints, runtime_api=f"127.0.0.1:{self._server.port}"),
            cwd=self._function.code,
            python_options=["-S"] if isolated else [],
            stdout=subprocess.PIPE,
        )
        with self._kill_lock:
            self._process = process
            killed = self._killed
        if killed:
            processes.kill(process)
        assert process.stdout is not None
        name = self._function.logical_id
        threading.Thread(target=self._log.pump, args=(name, process.stdout), name=f"{name} log", daemon=True).start()
        threading.Thread(target=self._await_exit, args=(process,), name=f"{name} exit", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The process, which leads a group of its own; None before it runs."""
        return self._process.pid if self._process else None

    def kill(self) -> None:
        """Ends the process and everything it started."""
        with self._kill_lock:
            self._killed = True
            process = self._process
        if process:
            processes.kill(process)
        if self.init_timer:
            self.init_timer.cancel()
        self.inbox.put(None)
        self._server.close()

    def _await_exit(self, process: subprocess.Popen[bytes]) -> None:
        returncode = process.wait()
        self.pool.exited(self, returncode)
        self.kill()

    # ------------------------------------------------------------------------------------ Runtime API

    def _runtime_api(self, request: Request) -> Response:
        match request.method, request.target.removeprefix(_API).strip("/").split("/"):
            case "GET", ["invocation", "next"]:
                return self._next()
            case "POST", ["invocation", request_id, "response"]:
                return self._finish(request_id, self._response(request))
            case "POST", ["invocation", request_id, "error"]:
                return self._finish(request_id, Result(request.body, failed=True))
            case "POST", ["init", "error"]:
                self.pool.init_failed(self, Result(request.body, failed=True))
                return _ACCEPTED
        return Response(404, [("content-type", "application/json")], b'{"errorType":"InvalidAction"}')

    def _next(self) -> Response:
        invocation = self.pool.next_for(self)
        if invocation is None:
            self.kill()
            return Response(410)
        headers = [
            ("lambda-runtime-aws-request-id", invocation.request_id),
            ("lambda-runtime-deadline-ms", str(invocation.deadline_ms)),
            ("lambda-runtime-invoked-function-arn", self._function.arn),
            ("lambda-runtime-trace-id", invocation.trace_id),
            ("content-type", "application/json"),
        ]
        return Response(200, headers, invocation.event)

    def _response(self, request: Request) -> Result:
        if request.too_large:
            message = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
            return Result(b'{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"%s"}' % message.encode(), failed=True)
        return Result(request.body)

    def _finish(self, request_id: str, result: Result) -> Response:
        current = self.current
        if current is None or current.request_id != request_id:
            return Response(400, [("content-type", "application/json")], b'{"errorType":"InvalidRequestID"}')
        self.current = None
        current.finish(result)
        return _ACCEPTED
