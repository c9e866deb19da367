"""A page that sells, on an origin of its own under a strict Content-Security-Policy, and the fake Stripe it buys from."""

import json
import os
import subprocess
import sys
import threading
import time
from base64 import b64encode
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

ROOT = Path(__file__).parents[3]
HOST = Path(__file__).parent / "host"

VERSIONS = {"endive": "2026-10-28.endive", "clover": "2025-09-30.clover"}
UI_MODES = {"endive": "elements", "clover": "custom"}

Json = dict[str, Any]


class FakeStripe:
    """`python -m local.fake_stripe` on a port of its own."""

    def __init__(self) -> None:
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.fake_stripe"], cwd=ROOT, env={**os.environ, "STRIPE_PORT": str(self.port)}
        )
        self._await_ready(deadline=time.monotonic() + 60)

    def _await_ready(self, deadline: float) -> None:
        while True:
            try:
                self.post("/v1/customers", email="ready@example.com")
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def post(self, path: str, release: str = "endive", **params: Any) -> Json:
        """Calls the API with the secret key. Nested parameters are written as Stripe's docs do: `**{"items[0][price]": id}`."""
        status, body = self.send("POST", path, urlencode(params), release)
        assert status == 200, body
        return body

    def get(self, path: str, release: str = "endive") -> Json:
        status, body = self.send("GET", path, "", release)
        assert status == 200, body
        return body

    def send(self, method: str, path: str, form: str, release: str) -> tuple[int, Json]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Authorization": f"Basic {b64encode(b'sk_test_local:').decode()}",
            "Stripe-Version": VERSIONS[release],
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request(method, path, form or None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def price(self, **currency_options: int) -> str:
        """A monthly price of 15 USD; `eur=1400` adds a currency option in minor units."""
        product = self.post("/v1/products", name="Premium")["id"]
        options: Json = {f"currency_options[{name}][unit_amount]": amount for name, amount in currency_options.items()}
        monthly: Json = {"recurring[interval]": "month", "unit_amount": 1500, "currency": "usd", "product": product}
        return self.post("/v1/prices", **monthly, **options)["id"]

    def session(self, price: str, release: str = "endive", **params: Any) -> Json:
        """An open Checkout Session for a customer of its own."""
        customer = self.post("/v1/customers", release, email="buyer@example.com", name="Ada Buyer")["id"]
        given = {
            "mode": "subscription",
            "ui_mode": UI_MODES[release],
            "customer": customer,
            "line_items[0][price]": price,
            "line_items[0][quantity]": 1,
            "return_url": "http://127.0.0.1/return?session_id={CHECKOUT_SESSION_ID}",
            **params,
        }
        return self.post("/v1/checkout/sessions", release, **given)


class HostSite:
    """Serves host/ with the policy that the product's own site has, so that what breaks there breaks here."""

    def __init__(self, stripe_origin: str) -> None:
        policy = (
            f"default-src 'none'; script-src 'self' {stripe_origin}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            f"connect-src 'self'; frame-src {stripe_origin}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.partition("?")[0].strip("/")
                if name in ("endive", "clover"):
                    page = (HOST / "index.html").read_text().replace("{stripe_js}", f"{stripe_origin}/{name}/stripe.js")
                    self._answer(page.encode(), "text/html; charset=utf-8")
                elif name in ("host.js", "host.css"):
                    self._answer((HOST / name).read_bytes(), "text/javascript" if name.endswith("js") else "text/css")
                elif name == "return":
                    self._answer(b"<!doctype html><title>Return</title><h1>Welcome back</h1>", "text/html")
                else:
                    self.send_error(404)

            def _answer(self, body: bytes, content_type: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Security-Policy", policy)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Shop:
    """What a test needs: Stripe, a site that sells, and a browser without a past."""

    stripe: FakeStripe
    site: HostSite
    context: BrowserContext

    def open(self, secret: str | None = None, release: str = "endive", **options: Any) -> "Visit":
        """The page, ready to be filled in. Options are host.js's: appearance, billing, dark, key, locale, redirect."""
        page = self.context.new_page()
        query = {"options": json.dumps(options), **({"secret": secret} if secret else {})}
        page.goto(f"{self.site.origin}/{release}?{urlencode(query)}")
        page.locator("#total[data-loaded]").wait_for(state="attached")
        return Visit(page)


class Visit:
    """A buyer at the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.form: FrameLocator = page.frame_locator("#payment iframe")
        self.billing: FrameLocator = page.frame_locator("#billing iframe")
        self.bank: FrameLocator = page.frame_locator("iframe[src$='/elements/challenge']")

    def field(self, name: str) -> Locator:
        return self.form.locator(f"#{name}")

    def error_of(self, name: str) -> Locator:
        return self.form.locator(f"#{name}-error")

    def fill_card(self, number: str, expiry: str = "12/34", cvc: str = "123", postal_code: str = "12345") -> None:
        for name, value in {"number": number, "expiry": expiry, "cvc": cvc, "postalCode": postal_code}.items():
            self.field(name).fill(value)

    def pay(self) -> None:
        self.page.click("#pay")

    def expect_result(self, text: str) -> None:
        expect(self.page.locator("#result")).to_have_text(text)

    def result(self) -> Json:
        """What `confirm` answered, once it has."""
        expect(self.page.locator("#result")).not_to_be_empty()
        return self.page.evaluate("shop.result")
