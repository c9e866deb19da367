"""The process that is AWS: `python -m local.aws --fd N` serves moto on an inherited listening socket.

With `--stream-fd N` it writes a byte there for every record of a table's stream: whoever reads the streams need not poll.
"""

import argparse
import io
import os
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any
from urllib.parse import unquote_to_bytes

from local.aws.control import Control
from local.http_server import HttpServer, Request, Response

# Read by moto when it is imported.
os.environ["MOTO_ACCOUNT_ID"] = "000000000000"
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"

_MAX_BODY = 32 * 1024 * 1024
# As Cognito answers a browser, so that the site can read errors.
_CORS = [
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"),
]


def aws_app(stream_record_written: Callable[[], None]) -> Callable[[Request], Response]:
    """moto behind one lock, with CORS. `stream_record_written` is called under the lock.

    The lock is what makes it atomic: moto's DynamoDB alone lets two conditional puts win, loses ADDs, and leaks the writes of cancelled
    transactions when requests come in parallel.
    """
    warnings.filterwarnings("ignore")
    _leave_ec2_out()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from local.aws import cognito, streams

    cognito.install()
    streams.install(stream_record_written)
    inner = DomainDispatcherApplication(create_backend_app)
    lock = threading.Lock()

    def app(request: Request) -> Response:
        if request.method == "OPTIONS" and request.header("access-control-request-method"):
            wanted = request.header("access-control-request-headers") or ""
            preflight = [
                ("access-control-allow-methods", "GET,POST"),
                ("access-control-allow-headers", wanted),
                ("access-control-max-age", "172800"),
            ]
            return Response(200, _CORS[:1] + preflight)
        environ = _wsgi_environ(request)
        started: list[Any] = []
        with lock:
            body = b"".join(_closing(inner(environ, lambda status, headers, _=None: started.extend((status, headers)))))
        status, headers = started
        return Response(int(status.split()[0]), [(name.lower(), value) for name, value in headers] + _CORS, body)

    return app


def _leave_ec2_out() -> None:
    """moto's SSM imports its EC2, for commands sent to instances. That alone is half of this process's start, and nobody has instances."""
    ec2 = ModuleType("moto.ec2")
    ec2.__dict__["ec2_backends"] = {}
    sys.modules["moto.ec2"] = ec2


def _wsgi_environ(request: Request) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "REQUEST_URI": request.target,
        "RAW_URI": request.target,
        "REMOTE_ADDR": request.client,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": request.protocol,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(request.body)),
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        environ[key] = value
    return environ


def _closing(chunks: Iterable[bytes]) -> Iterable[bytes]:
    try:
        yield from chunks
    finally:
        if close := getattr(chunks, "close", None):
            close()


def _notifier(stream_fd: int | None) -> Callable[[], None]:
    if stream_fd is None:
        return lambda: None
    os.set_blocking(stream_fd, False)

    def notify() -> None:
        try:
            os.write(stream_fd, b"*")
        except BlockingIOError:
            pass  # full: there is enough in it to wake the reader

    return notify


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.aws", description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="a listening socket, inherited")
    parser.add_argument("--stream-fd", type=int, help="a pipe to write to, inherited")
    arguments = parser.parse_args()
    listener = socket.socket(fileno=arguments.fd)
    listener.setblocking(True)
    app = Control(aws_app(_notifier(arguments.stream_fd)))
    server = HttpServer(listener, app, name="aws", max_body=_MAX_BODY)
    server.start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
