"""The real stripe-python over real HTTP: against the local stand-in, or, with STRIPE_SECRET_KEY=sk_test_…, against Stripe itself.

What only the stand-in can do (moving everybody's clock, ending a bank's challenge) asks for the `stand_in` fixture and is skipped there.
At the end the assumptions are printed that no fact backs: they are what a run against Stripe is for.
"""

import json
import os
import subprocess
import sys
import tomllib
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import stripe

ROOT = Path(__file__).resolve().parents[2]
ASSUMPTIONS = ROOT / "local" / "fake_stripe" / "assumptions.toml"
ENDIVE, CLOVER = "2026-10-28.endive", "2025-09-30.clover"


@dataclass(frozen=True)
class Side:
    """Whom the tests talk to; `base` None is Stripe itself."""

    key: str
    base: str | None

    def client(self, **options) -> stripe.StripeClient:
        if self.base:
            options["base_addresses"] = {"api": self.base}
        return stripe.StripeClient(options.pop("api_key", self.key), **options)


@pytest.fixture(scope="session")
def side() -> Iterator[Side]:
    key = os.environ.get("STRIPE_SECRET_KEY", "")
    if key.startswith(("sk_live", "rk_live")):
        pytest.exit("STRIPE_SECRET_KEY is a live key: these tests create and charge. Use a test key.", 2)
    if key.startswith("sk_test_") and key != "sk_test_local":
        yield Side(key, None)
        return
    process = subprocess.Popen([sys.executable, "-m", "local.fake_stripe", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ready = process.stdout.readline()
    try:
        yield Side("sk_test_local", ready.split(" on ")[1].split()[0])
    finally:
        process.terminate()
        process.wait(10)


@dataclass(frozen=True)
class StandIn:
    """The stand-in's own controls."""

    base: str

    def control(self, method: str, path: str, body: dict | None = None) -> dict:
        request = urllib.request.Request(
            f"{self.base}/_control/{path}", json.dumps(body).encode() if body is not None else None, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)


@pytest.fixture
def stand_in(side: Side) -> StandIn:
    if side.base is None:
        pytest.skip("only the stand-in can do this")
    return StandIn(side.base)


@pytest.fixture(params=[ENDIVE, CLOVER], ids=["endive", "clover"])
def client(side: Side, request: pytest.FixtureRequest) -> stripe.StripeClient:
    """A client without retries, once in each release."""
    return side.client(stripe_version=request.param)


@pytest.fixture
def own_form(request: pytest.FixtureRequest) -> str:
    """The own form's `ui_mode` in the client's release."""
    return "custom" if "clover" in request.node.callspec.id else "elements"


@dataclass(frozen=True)
class Catalogue:
    basic: str
    premium: str
    feature: str


@pytest.fixture(scope="session")
def catalogue(side: Side) -> Catalogue:
    """Basic 5 USD and Premium 15 USD a month, made anew for each run."""
    v1 = side.client().v1
    feature = v1.entitlements.features.create({"name": "Basic features", "lookup_key": f"basic_{uuid.uuid4().hex[:12]}"})
    prices = []
    for name, amount in (("Basic", 500), ("Premium", 1500)):
        product = v1.products.create({"name": name})
        v1.products.features.create(product.id, {"entitlement_feature": feature.id})
        price = v1.prices.create(
            {
                "product": product.id,
                "currency": "usd",
                "unit_amount": amount,
                "recurring": {"interval": "month"},
                "currency_options": {"eur": {"unit_amount": amount * 9 // 10}},
            }
        )
        prices.append(price.id)
    return Catalogue(prices[0], prices[1], feature.lookup_key)


def assumptions() -> list[dict]:
    return tomllib.loads(ASSUMPTIONS.read_text())["assumption"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("What the local Stripe assumes without a fact to back it")
    for entry in assumptions():
        terminalreporter.write_line(f"{entry['id']}: {entry['what']}")
