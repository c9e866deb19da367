"""HTTP/1.1 over TLS with connections that stay, and what went wrong in it."""

import json
import tempfile
import threading
import zlib
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import certifi

from bench.far_side.answers import Answers, ConditionFailed, Wrong
from bench.far_side.certificates import certificates


class FarSide:
    """Serves from `with` on; see the package's docstring."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory()
        made = certificates(Path(self._scratch.name))
        self.root, self.roots = made.root, made.roots
        self.system_bundle = Path(self._scratch.name, "ca-bundle.crt")
        """All public roots and ours: what OpenSSL finds by itself on Lambda."""
        self.system_bundle.write_text(Path(certifi.where()).read_text() + made.root)
        self.refused: list[str] = []
        self.calls: list[str] = []
        """What was asked: DynamoDB's and SSM's operations, Stripe's methods."""
        self.requests: list[tuple[str, str, bytes]] = []
        """The same in full: method, target or path, body."""
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.far, self._server.answers, self._server.tls = self, Answers(), made.context
        self.url = f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="far side", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._scratch.cleanup()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    far: FarSide
    answers: Answers
    tls: Any

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # whoever is measured hangs up when it has what it needs


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer leaves whole and at once: its head alone, and the body held back until that is acknowledged, was 40 ms a call.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def setup(self) -> None:
        # The handshake belongs to this connection's thread, not to the one that accepts.
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        of_aws = "x-amz-target" in headers
        self.server.far.calls.append(headers["x-amz-target"].rpartition(".")[2] if of_aws else f"Stripe {self.command}")
        self.server.far.requests.append((self.command, headers.get("x-amz-target", self.path), body))
        answer = self.server.answers.aws if of_aws else self.server.answers.stripe
        try:
            status, content = 200, answer(self.command, self.path, headers, body)
        except ConditionFailed:
            failed = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
            status, content = 400, {"__type": failed, "message": "The conditional request failed"}
        except Wrong as wrong:
            self.server.far.refused.append(f"{self.command} {self.path} {headers.get('x-amz-target', '')}: {wrong}")
            status, content = 400, {"__type": "ValidationException", "message": str(wrong), "error": {"message": str(wrong)}}
        # DynamoDB answers without spaces, Stripe prints for readers.
        self._answer(status, json.dumps(content, separators=(",", ":")) if of_aws else json.dumps(content, indent=2), of_aws)

    def _answer(self, status: int, text: str, of_aws: bool) -> None:
        body = text.encode()
        self.send_response_only(status)
        self.send_header("Date", formatdate(usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        if of_aws:
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("x-amzn-RequestId", uuid4().hex)
            self.send_header("x-amz-crc32", str(zlib.crc32(body)))
        else:
            self.send_header("Content-Type", "application/json")
            self.send_header("Request-Id", f"req_{uuid4().hex[:14]}")
            self.send_header("Stripe-Version", self.headers.get("stripe-version", ""))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _serve

    def log_message(self, format: str, *args: object) -> None:
        pass
