"""One invocation of a function, and the ways it can end."""

import json
import threading
import time
import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Result:
    """What came back: the handler's value as JSON, or, with `failed`, the error document as Lambda words it."""

    payload: bytes
    failed: bool = False


@dataclass(slots=True, eq=False)
class Invocation:
    """An event on its way to a worker. `taken` is set when a worker has it, `done` when there is a result."""

    event: bytes
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_id: str = field(default_factory=lambda: f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}")
    deadline: float = 0.0
    """On `time.monotonic()`'s clock, set when a worker takes it."""
    deadline_ms: int = 0
    """The same in Unix milliseconds, for the function."""
    taken: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    result: Result | None = None

    def take(self, timeout: float) -> None:
        """A worker has it: from now on the function's timeout (seconds) runs."""
        self.deadline = time.monotonic() + timeout
        self.deadline_ms = int((time.time() + timeout) * 1000)
        self.taken.set()

    def finish(self, result: Result) -> bool:
        """Sets the result; false if there was one already (an answer after the timeout, say)."""
        if self.done.is_set():
            return False
        self.result = result
        self.taken.set()
        self.done.set()
        return True


def error(error_type: str, message: str, request_id: str | None = None) -> Result:
    """An error document of Lambda's own making (developer guide, "Runtime errors")."""
    text = f"RequestId: {request_id} Error: {message}" if request_id else message
    return Result(json.dumps({"errorType": error_type, "errorMessage": text}).encode(), failed=True)


def timed_out(request_id: str, seconds: float) -> Result:
    return error("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds", request_id)


def exited(request_id: str, returncode: int) -> Result:
    """The process ended in the middle of an invocation."""
    if returncode == 0:
        reason = "Runtime exited without providing a reason"
    elif returncode < 0:
        reason = f"Runtime exited with error: signal: {-returncode}"
    else:
        reason = f"Runtime exited with error: exit status {returncode}"
    return error("Runtime.ExitError", reason, request_id)
