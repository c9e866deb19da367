"""The socket side: a threaded HTTP/1.1 server that keeps connections open and never waits for Nagle."""

import sys
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from struct import pack
from typing import Any, Protocol

from .messages import Request, Response

MAX_BODY = 10 * 1024 * 1024


class Application(Protocol):
    def handle(self, request: Request) -> Response: ...


class _Handler(BaseHTTPRequestHandler):
    application: Application
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    # Without these every answer on a kept connection costs a delayed ACK (40–90 ms).
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 120

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.send_error(413)
            return
        path, _, query = self.path.partition("?")
        request = Request(
            self.command,
            path,
            query,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length) if length else b"",
        )
        self._send(self.application.handle(request))

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_OPTIONS = do_HEAD = _answer

    def _send(self, response: Response) -> None:
        if response.dropped:
            self._reset()
            return
        self.send_response_only(response.status)
        self.send_header("Server", self.server_version)
        self.send_header("Date", formatdate(response.date if response.date is not None else time.time(), usegmt=True))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def _reset(self) -> None:
        """Closes with RST, as a crashed peer does, not with the polite FIN of a finished answer."""
        self.close_connection = True
        self.connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
        self.connection.close()

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            return

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, OSError):
            return  # the client went away; its business

    def log_message(self, format: str, *args: object) -> None:
        return


class Server(ThreadingHTTPServer):
    """One thread a connection. `port` 0 lets the system choose; `server_port` says what it chose."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, application: Application, port: int, host: str = "127.0.0.1"):
        super().__init__((host, port), type("Handler", (_Handler,), {"application": application}))

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
