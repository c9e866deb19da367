"""The HTTP server, byte by byte: keep-alive, bodies, limits and requests that are refused."""

import socket
from collections.abc import Iterator

import pytest

from local.http_server import HttpServer, Request, Response, listen

LIMIT = 100


def app(request: Request) -> Response:
    if request.target == "/broken":
        raise RuntimeError("secret detail")
    if request.target == "/empty":
        return Response(204)
    if request.target == "/injected":
        return Response(200, [("x-a", "1\r\nx-b: 2")])
    body = f"{request.method} {request.target} {len(request.body)} {'over' if request.too_large else 'within'}"
    return Response(200, [("content-type", "text/plain")], body.encode())


@pytest.fixture
def server() -> Iterator[HttpServer]:
    server = HttpServer(listen("127.0.0.1", 0), app, name="test", max_body=LIMIT)
    server.start()
    yield server
    server.close()


def exchange(server: HttpServer, *parts: bytes) -> bytes:
    """Sends the bytes, ends the sending side, and reads until the server closes."""
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_one_connection_serves_many_requests(server: HttpServer) -> None:
    answers = exchange(server, b"GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\n\r\n")
    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert b"GET /1 0 within" in answers
    assert b"GET /2 0 within" in answers


@pytest.mark.parametrize("request_line", [b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"])
def test_connections_close_when_the_client_says_so(server: HttpServer, request_line: bytes) -> None:
    answers = exchange(server, request_line, b"GET /2 HTTP/1.1\r\nhost: x\r\n\r\n")
    assert answers.count(b"HTTP/1.1 200 OK") == 1
    assert b"connection: close" in answers


def test_bodies_by_length_and_in_chunks(server: HttpServer) -> None:
    by_length = b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc"
    chunked = b"POST /b HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n3;ext=1\r\ncde\r\n0\r\ntrailer: x\r\n\r\n"
    answers = exchange(server, by_length + chunked)
    assert b"POST /a 3 within" in answers
    assert b"POST /b 5 within" in answers


def test_continue_is_said_before_the_body(server: HttpServer) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\nexpect: 100-continue\r\n\r\n")
        assert connection.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"a")
        assert b"POST / 1 within" in connection.recv(1024)


@pytest.mark.parametrize(
    "body",
    [
        b"content-length: 200\r\n\r\n" + b"x" * 200,
        b"transfer-encoding: chunked\r\n\r\n40\r\n" + b"x" * 64 + b"\r\n40\r\n" + b"x" * 64 + b"\r\n0\r\n\r\n",
    ],
)
def test_a_body_over_the_limit_reaches_the_app_without_it(server: HttpServer, body: bytes) -> None:
    assert b"POST / 0 over" in exchange(server, b"POST / HTTP/1.1\r\nhost: x\r\n" + body)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", b"431"),
        (b"POST / HTTP/1.1\r\ncontent-length: abc\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", b"400"),
        (b"POST / HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n", b"501"),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\nabc", b"400"),
    ],
)
def test_requests_that_make_no_sense_are_refused_and_the_connection_closed(server: HttpServer, sent: bytes, status: bytes) -> None:
    answer = exchange(server, sent)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answer


def test_an_exception_is_a_500_that_tells_nothing(server: HttpServer, capsys: pytest.CaptureFixture[str]) -> None:
    answer = exchange(server, b"GET /broken HTTP/1.1\r\nhost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"secret" not in answer
    assert "secret detail" in capsys.readouterr().err


def test_no_body_and_no_length_where_there_may_be_none(server: HttpServer) -> None:
    empty = exchange(server, b"GET /empty HTTP/1.1\r\nhost: x\r\n\r\n")
    assert empty.endswith(b"\r\n\r\n")
    assert b"content-length" not in empty
    head = exchange(server, b"HEAD /1 HTTP/1.1\r\nhost: x\r\n\r\n")
    assert head.endswith(b"\r\n\r\n")
    assert b"content-length: 16" in head


def test_header_values_stay_on_their_line(server: HttpServer) -> None:
    assert b"\r\nx-b:" not in exchange(server, b"GET /injected HTTP/1.1\r\nhost: x\r\n\r\n")


def test_a_connection_on_which_nothing_comes_is_closed() -> None:
    server = HttpServer(listen("127.0.0.1", 0), app, name="test", max_body=LIMIT, idle_seconds=0.05)
    server.start()
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        assert connection.recv(1024) == b""
    server.close()


def test_closing_cuts_open_connections_and_frees_the_port(server: HttpServer) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(b"GET /1 HTTP/1.1\r\nhost: x\r\n\r\n")
        assert connection.recv(65536)
        server.close()
        assert connection.recv(1024) == b""
    listen(server.host, server.port).close()
