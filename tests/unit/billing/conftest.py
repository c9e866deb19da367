"""Deployed code in this process: its settings and secrets given, its table in memory, and a Stripe that must not be called."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from billing import log, secrets, stripe_api
from billing.customers import _remembered_owner, _strangers  # pyright: ignore[reportPrivateUsage]
from billing.release import NEWEST
from billing.settings import settings
from billing.state import store
from billing.state.items import Item
from tests.support.events import SECRET
from tests.support.memory_table import MemoryTable
from tests.support.stripe_in_process import InProcessStripe


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryTable]:
    """The table, with user u1 and its customer cus_1 in it."""
    environment = {
        "STAGE": "dev",
        "TABLE_NAME": "recur",
        "STRIPE_API_BASE": "http://127.0.0.1:1",
        "STRIPE_API_VERSION": NEWEST,
        "STRIPE_SECRET_KEY_PARAMETER": "/key",
        "STRIPE_WEBHOOK_SECRET_PARAMETER": "/webhook",
        "PAST_DUE_GRACE_DAYS": "14",
        "RECONCILE_MAX_CALLS": "1000",
        "RECONCILE_CALLS_PER_SECOND": "1000",
        "SITE_URL": "http://site.test",
        "POWERTOOLS_SERVICE_NAME": "recur",
        "POWERTOOLS_METRICS_NAMESPACE": "recur",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    vars(settings).clear()
    _remembered_owner.cache_clear()
    _strangers.clear()
    monkeypatch.setattr(secrets, "_cache", {"/key": (float("inf"), "sk_test_local"), "/webhook": (float("inf"), SECRET)})
    table = MemoryTable("recur")
    monkeypatch.setattr(Item, "_connection", table)
    store.link_customer("u1", "cus_1", now=1)
    yield table
    vars(settings).clear()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    """What was logged since the test began."""
    stream = io.StringIO()
    monkeypatch.setattr(log.logger().registered_handler, "stream", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What Stripe was asked; nothing, as long as a test does not say otherwise: any call is an error."""
    calls: list[object] = []

    def ask(call: object) -> stripe_api.Answer:
        calls.append(call)
        raise AssertionError("Stripe was asked")

    for module in ("customers", "fetch"):
        monkeypatch.setattr(f"billing.{module}.ask", ask)
    return calls


@pytest.fixture
def account(table: MemoryTable, monkeypatch: pytest.MonkeyPatch) -> Iterator[InProcessStripe]:
    """Stripe in this process; the app talks to it by the real SDK, and all that it is not told by `deliver` it has missed."""
    account = InProcessStripe(settings.release.api_version)
    monkeypatch.setattr(stripe_api, "_http", lambda: account.http)
    stripe_api._clients.clear()  # pyright: ignore[reportPrivateUsage]
    yield account
    stripe_api._clients.clear()  # pyright: ignore[reportPrivateUsage]
