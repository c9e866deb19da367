"""A small threaded HTTP/1.1 server: what the gateway, the site and the Lambda Runtime API have in common.

One thread a connection, keep-alive, whole requests and whole responses in memory. The standard library's request parser does the
parsing; what it lacks (chunked bodies, body limits, one write a response without Nagle's delay) is here.
"""

import socket
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

_IDLE_SECONDS = 120
"""A connection on which nothing comes for so long is closed, by default."""
_LINGER_SECONDS = 1.0
_LINGER_BYTES = 1024 * 1024
_DRAIN_LIMIT = 64 * 1024 * 1024
"""How much of a body over the limit is read and dropped, in bytes, so that the client gets to read the refusal."""


@dataclass(slots=True)
class Request:
    """One request. Header names are lower-case; `target` is what stood in the request line, undecoded."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    client: str
    """IP address."""
    protocol: str = "HTTP/1.1"
    too_large: bool = False
    """The body was over the server's limit, and was dropped."""

    @property
    def path(self) -> str:
        """The target's path, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The target's query string, undecoded, without its `?`."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """The first value of a header (lower-case name)."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(slots=True)
class Response:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


App = Callable[[Request], Response]


class BadRequest(Exception):
    """A request this server does not accept; carries the status to answer."""

    def __init__(self, status: int) -> None:
        super().__init__(HTTPStatus(status).phrase)
        self.status = status


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `OSError` when the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


class HttpServer:
    """Serves `app` on a listening socket until `close`. An exception in `app` is printed and answered as 500."""

    def __init__(self, listener: socket.socket, app: App, *, name: str, max_body: int, idle_seconds: float | None = _IDLE_SECONDS) -> None:
        self.app = app
        self.idle_seconds = idle_seconds
        self.name = name
        self.max_body = max_body
        self.host, self.port = listener.getsockname()
        self._listener = listener
        self._closed = False
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, name=f"{name} accept", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stops accepting and cuts every open connection."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        try:
            # Wakes accept(); closing the socket alone does not, on every system.
            socket.create_connection((self.host, self.port), timeout=1).close()
        except OSError:
            pass
        self._thread.join(timeout=2)
        self._listener.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return
            if self._closed:
                connection.close()
                return
            threading.Thread(target=self._serve, args=(connection, address), name=f"{self.name} connection", daemon=True).start()

    def _serve(self, connection: socket.socket, address: tuple[str, int]) -> None:
        with self._lock:
            self._connections.add(connection)
        try:
            connection.settimeout(self.idle_seconds)
            _Connection(connection, address, self)
            _linger(connection)
        except (ConnectionError, TimeoutError):
            pass
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()


class _Connection(BaseHTTPRequestHandler):
    """All requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"
    # One write a response and no Nagle: otherwise the client's delayed ACK costs 40 ms and more a call.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: HttpServer  # type: ignore[assignment]

    def __init__(self, connection: socket.socket, address: tuple[str, int], server: HttpServer) -> None:
        super().__init__(connection, address, server)  # type: ignore[arg-type]

    def handle_one_request(self) -> None:
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if len(self.raw_requestline) > 65536:
                raise BadRequest(414)
            if not self.raw_requestline:
                self.close_connection = True
                return
            if not self.parse_request():
                return
            request = self._request()
        except BadRequest as error:
            self.close_connection = True
            self._write(Response(error.status, [("content-type", "application/json")], b'{"message":"%s"}' % str(error).encode()), "GET")
            return
        except TimeoutError:
            self.close_connection = True
            return
        try:
            response = self.server.app(request)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            response = Response(500, [("content-type", "application/json")], b'{"message":"Internal Server Error"}')
        self._write(response, request.method)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The parser's own refusals, as JSON."""
        raise BadRequest(code)

    def handle_expect_100(self) -> bool:
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wfile.flush()
        return True

    def _request(self) -> Request:
        headers = [(name.lower(), _as_text(value)) for name, value in self.headers.items()]
        body, too_large = self._body()
        return Request(self.command, _as_text(self.path), headers, body, self.client_address[0], self.request_version, too_large)

    def _body(self) -> tuple[bytes, bool]:
        """The body, and whether it was over the limit (then it is dropped). Raises `BadRequest`."""
        encoding = self.headers.get("transfer-encoding")
        lengths = set(self.headers.get_all("content-length", []))
        if encoding is not None:
            if encoding.strip().lower() != "chunked":
                raise BadRequest(501)
            if lengths:
                raise BadRequest(400)  # two ways to tell the length: how requests are smuggled
            return self._chunked()
        if not lengths:
            return b"", False
        text = lengths.pop().strip()
        if lengths or not (text.isascii() and text.isdigit()):
            raise BadRequest(400)
        return self._limited(int(text))

    def _limited(self, length: int) -> tuple[bytes, bool]:
        if length > self.server.max_body:
            self._drop(min(length, _DRAIN_LIMIT))
            self.close_connection = True
            return b"", True
        body = self.rfile.read(length)
        if len(body) < length:
            raise BadRequest(400)
        return body, False

    def _chunked(self) -> tuple[bytes, bool]:
        chunks: list[bytes] = []
        total = 0
        while True:
            size_text = self.rfile.readline(1024).split(b";")[0].strip()
            try:
                size = int(size_text, 16)
            except ValueError:
                raise BadRequest(400) from None
            if size < 0 or b"_" in size_text:
                raise BadRequest(400)
            if size == 0:
                break
            total += size
            if total > _DRAIN_LIMIT:
                self.close_connection = True
                return b"", True
            if total > self.server.max_body:
                chunks.clear()
                self._drop(size)
            else:
                chunks.append(self.rfile.read(size))
            if self.rfile.readline(3).strip():
                raise BadRequest(400)
        while self.rfile.readline(65537).strip():
            pass  # trailers
        return b"".join(chunks), total > self.server.max_body

    def _drop(self, length: int) -> None:
        while length > 0 and (chunk := self.rfile.read(min(length, 65536))):
            length -= len(chunk)

    def _write(self, response: Response, method: str) -> None:
        bodyless = response.status in (204, 304) or response.status < 200
        names = {name.lower() for name, _ in response.headers}
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        lines += [f"{name}: {_one_line(value)}" for name, value in response.headers]
        if "date" not in names:
            lines.append(f"date: {formatdate(usegmt=True)}")
        if not bodyless and "content-length" not in names:
            lines.append(f"content-length: {len(response.body)}")
        if self.close_connection:
            lines.append("connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")
        self.wfile.write(head if bodyless or method == "HEAD" else head + response.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Whoever serves decides what is worth a line."""


def _linger(connection: socket.socket) -> None:
    """Says that nothing more comes, and reads on a moment: closing with something unread resets the connection, and the answer with it."""
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(_LINGER_SECONDS)
        dropped = 0
        while dropped < _LINGER_BYTES and (chunk := connection.recv(65536)):
            dropped += len(chunk)
    except OSError:
        pass


def _as_text(value: str) -> str:
    """The parser reads header bytes as Latin-1; what browsers and Lambda mean is UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _one_line(value: str) -> str:
    return str(value).replace("\r", "").replace("\n", "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
