"""The Lambda Runtime API's other end, in plain Python: what awslambdaric does, for machines it has no wheel for.

Run by path in a worker (`runtime_client.py module.handler`), so it imports nothing but the standard library and sees the import path
and environment that the function sees. Source of the protocol: Lambda developer guide, "Using the Lambda runtime API for custom
runtimes"; of the error documents and log lines: what the managed runtime prints.
"""

import http.client
import importlib
import io
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from decimal import Decimal
from typing import Any

_API = "/2018-06-01/runtime"

Handler = Callable[[Any, "Context"], Any]


class HandlerError(Exception):
    """The handler cannot be loaded, or its value not be sent; `kind` is Lambda's name for the reason."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Context:
    """What a handler gets as its second argument."""

    def __init__(self, request_id: str, arn: str, deadline_ms: int) -> None:
        self.aws_request_id = request_id
        self.invoked_function_arn = arn
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline_ms = deadline_ms

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self._deadline_ms - int(time.time() * 1000))


class Runtime:
    """One connection to the Runtime API, kept open between invocations."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address)

    def next(self) -> tuple[Context, bytes, str]:
        """Waits for an invocation: its context, its event and its trace id."""
        self._connection.request("GET", f"{_API}/invocation/next")
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise SystemExit(0)  # we are retired
        headers = response.headers
        context = Context(
            headers["Lambda-Runtime-Aws-Request-Id"],
            headers["Lambda-Runtime-Invoked-Function-Arn"],
            int(headers["Lambda-Runtime-Deadline-Ms"]),
        )
        return context, body, headers.get("Lambda-Runtime-Trace-Id", "")

    def post(self, path: str, body: bytes, error_type: str | None = None) -> None:
        headers = {"Content-Type": "application/json"}
        if error_type:
            headers["Lambda-Runtime-Function-Error-Type"] = error_type
        self._connection.request("POST", f"{_API}{path}", body, headers)
        self._connection.getresponse().read()


def load(name: str) -> Handler:
    """The function behind `module.function`. Raises `HandlerError`."""
    module_name, _, function_name = name.rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise HandlerError("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        raise HandlerError("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}") from error
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise HandlerError("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'") from None


def error_document(error: BaseException, request_id: str = "") -> dict[str, Any]:
    """The document Lambda makes of an exception; the runtime's own frames are left out."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    kind = error.kind if isinstance(error, HandlerError) else type(error).__name__
    return {
        "errorMessage": str(error),
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


def to_json(value: Any) -> bytes:
    """A handler's value as JSON; Decimal, which DynamoDB hands out, becomes a number. Raises `HandlerError` for what is not JSON."""

    def number(item: Any) -> Any:
        if isinstance(item, Decimal):
            return int(item) if item == item.to_integral_value() else float(item)
        raise TypeError(f"Object of type {type(item).__name__} is not JSON serializable")

    try:
        return json.dumps(value, default=number, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise HandlerError("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


class _TextFormatter(logging.Formatter):
    converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        stamp = f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{int(record.msecs):03d}Z"
        line = f"[{record.levelname}]\t{stamp}\t{_current_request_id}\t{record.getMessage()}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class _JsonFormatter(logging.Formatter):
    converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        document: dict[str, Any] = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": _current_request_id,
        }
        if record.exc_info and record.exc_info[0]:
            document["errorType"] = record.exc_info[0].__name__
            document["errorMessage"] = str(record.exc_info[1])
            document["stackTrace"] = traceback.format_tb(record.exc_info[2])
        return json.dumps(document)


_current_request_id = ""


def _set_up_logging() -> None:
    """Lambda logs through the root logger, in the format its LoggingConfig names."""
    handler = logging.StreamHandler(sys.stdout)
    as_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
    handler.setFormatter(_JsonFormatter() if as_json else _TextFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    if level := os.environ.get("AWS_LAMBDA_LOG_LEVEL"):
        root.setLevel({"TRACE": "DEBUG", "FATAL": "CRITICAL", "WARN": "WARNING"}.get(level, level))


def _print_error(document: dict[str, Any]) -> None:
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        print(json.dumps({"timestamp": stamp, "level": "ERROR", **document}))
        return
    print(f"[ERROR] {document['errorType']}: {document['errorMessage']}\n{''.join(document['stackTrace'])}", end="\n")


def main(handler_name: str) -> None:
    """Serves invocations until the Runtime API says to stop."""
    global _current_request_id
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # it is a pipe, and lines should not wait there
    _set_up_logging()
    runtime = Runtime(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load(handler_name)
    except BaseException as error:
        document = error_document(error)
        _print_error(document)
        runtime.post("/init/error", json.dumps(document).encode(), document["errorType"])
        raise SystemExit(1) from None
    while True:
        context, event, trace_id = runtime.next()
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
        _current_request_id = context.aws_request_id
        path = f"/invocation/{context.aws_request_id}"
        try:
            answer = to_json(handler(json.loads(event), context))
        except Exception as error:
            document = error_document(error, context.aws_request_id)
            _print_error(document)
            runtime.post(f"{path}/error", json.dumps(document).encode(), document["errorType"])
        else:
            runtime.post(f"{path}/response", answer)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (ConnectionError, http.client.HTTPException):
        raise SystemExit(0) from None  # the stack has stopped
