"""Stripe is reached over kept connections, is never waited for longer than said, and what is no whole answer is a connection error."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from billing import stripe_api
from billing.settings import settings
from billing.stripe_http import PooledClient


class Stripe(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections: set[int]
    paths: list[str]
    hang = threading.Event()

    def do_GET(self) -> None:
        Stripe.connections.add(self.client_address[1])
        Stripe.paths.append(self.path)
        if self.path == "/hangs":
            Stripe.hang.wait()
            return
        if self.path.startswith("/v1/customers/"):
            self.send_response(int(self.path.rpartition("/")[2]))
            content = b'{"error": {"type": "card_error", "message": "No"}}'
            self.send_header("Stripe-Should-Retry", "true")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return
        if self.path == "/cut":
            self.send_response(200)
            self.send_header("content-length", "100")
            self.end_headers()
            self.wfile.write(b"{")
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Stripe-Should-Retry", "false")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Stripe.connections, Stripe.paths = set(), []
    Stripe.hang.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Stripe) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        Stripe.hang.set()
        server.shutdown()


def test_a_connection_serves_many_calls(url: str) -> None:
    client = PooledClient(1, 1)
    for _ in range(5):
        content, status, headers = client.request("get", url, {})
        assert (content, status) == ("{}", 200)
        assert headers["stripe-should-retry"] == "false"  # whatever its case
    assert len(Stripe.connections) == 1


def test_a_call_that_is_not_answered_ends(url: str) -> None:
    with pytest.raises(stripe.APIConnectionError) as caught:
        PooledClient(1, 0.1).request("get", f"{url}/hangs", {})
    assert caught.value.should_retry


def test_a_host_that_does_not_accept_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as stack:
        port = full.getsockname()[1]
        for _ in range(4):  # nobody accepts: once its queue is full, the system lets further ones wait
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        with pytest.raises(stripe.APIConnectionError) as caught:
            PooledClient(0.1, 0.1).request("get", f"http://127.0.0.1:{port}", {})
    assert caught.value.should_retry


def test_half_an_answer_is_none(url: str) -> None:
    with pytest.raises(stripe.APIConnectionError):
        PooledClient(1, 1).request("get", f"{url}/cut", {})


def test_stripe_is_asked_again_as_often_as_said(url: str) -> None:
    client = stripe.StripeClient(
        "sk_test_x", base_addresses={"api": "http://127.0.0.1:1"}, max_network_retries=1, http_client=PooledClient(1, 1)
    )
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.retrieve("cus_1")


def test_every_refusal_is_counted_by_its_status_also_those_that_are_asked_again(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("NAMESPACE", "recur-dev"), ("DISABLED", "false")):
        monkeypatch.setenv(f"POWERTOOLS_METRICS_{name}", value)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "recur")
    http = PooledClient(1, 1)
    monkeypatch.setattr(http, "_sleep_time_seconds", lambda *_: 0.0)  # pyright: ignore[reportUnknownArgumentType,reportUnknownLambdaType]
    client = stripe.StripeClient("sk_test_x", base_addresses={"api": url}, max_network_retries=2, http_client=http)
    for status, error in ((429, stripe.RateLimitError), (402, stripe.CardError)):
        with pytest.raises(error):
            client.v1.customers.retrieve(str(status))
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [(line["StripeRefused"], line["status"]) for line in told] == [([1.0], str(status))] * 3
    client.v1.customers.retrieve("200")
    assert capsys.readouterr().out == ""


def test_a_proxy_of_the_environment_leads_to_stripe(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it leads to AWS by botocore; NO_PROXY is heeded."""
    monkeypatch.setenv("http_proxy", url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setitem(vars(settings), "stripe_api_base", "http://stripe.test")
    try:
        stripe_api._http.cache_clear()
        assert stripe_api._http().request("get", "http://stripe.test/v1/events", {})[1] == 200
        assert Stripe.paths == ["http://stripe.test/v1/events"]
        monkeypatch.setitem(vars(settings), "stripe_api_base", url)
        stripe_api._http.cache_clear()
        stripe_api._http().request("get", f"{url}/v1/events", {})
        assert Stripe.paths[1:] == ["/v1/events"]
    finally:
        stripe_api._http.cache_clear()
