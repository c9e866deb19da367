"""A snapshot is imitated by a fork: what two processes that go on from it must not share, they do not share."""

import copy
import importlib
import json
import os
import random
import runpy
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from billing import secrets, snapshot, stripe_http, tls
from tests.support.memory_table import MemoryTable

ROOT = Path(__file__).parents[3]


class Hooks(ModuleType):
    """snapshot_restore_py, as Lambda's runtime has it."""

    def __init__(self) -> None:
        super().__init__("snapshot_restore_py")
        self.before: list[Callable[[], object]] = []
        self.after: list[Callable[[], object]] = []

    def register_before_snapshot(self, step: Callable[[], object]) -> None:
        self.before.append(step)

    def register_after_restore(self, step: Callable[[], object]) -> None:
        self.after.append(step)


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> Hooks:
    hooks = Hooks()
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", hooks)
    importlib.reload(snapshot)
    return hooks


def restored(hooks: Hooks, observe: Callable[[], Any]) -> Any:
    """What a process sees that goes on from here, after its hooks."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        for step in hooks.after:
            step()
        os.write(writer, json.dumps(observe()).encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as answer:
        seen = json.loads(answer.read())
    os.waitpid(child, 0)
    return seen


def test_two_restored_processes_share_no_id_and_no_jitter(hooks: Hooks) -> None:
    def observe() -> list[Any]:
        return [uuid.uuid4().hex, random.random()]

    first, second = restored(hooks, observe), restored(hooks, observe)
    assert first[0] != second[0]
    assert first[1] != second[1]


@pytest.mark.parametrize(("asleep", "asks"), [(0, False), (secrets.FRESH_SECONDS + 1, True)])
def test_secrets_are_as_old_as_their_snapshot(hooks: Hooks, monkeypatch: pytest.MonkeyPatch, asleep: int, asks: bool) -> None:
    """The monotonic clock may stand still meanwhile: it does here."""
    monkeypatch.setattr(secrets, "_cache", {"/recur": (time.monotonic(), "whsec_old")})
    monkeypatch.setattr(secrets, "_ask", lambda name: "whsec_new")  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
    monkeypatch.setattr(secrets, "_frozen_at", time.time() - asleep)
    snapshot.after_restore(secrets._wake)  # pyright: ignore[reportPrivateUsage]
    seen = restored(hooks, lambda: secrets._read("/recur", secrets.FRESH_SECONDS))  # pyright: ignore[reportPrivateUsage]
    assert seen == ("whsec_new" if asks else "whsec_old")


def test_connections_are_dropped_and_the_context_is_kept(hooks: Hooks) -> None:
    client = stripe_http.PooledClient(1, 1)
    client._pool.connection_from_url("https://stripe.example")  # pyright: ignore[reportPrivateUsage]
    session: Any = tls._Session()  # pyright: ignore[reportPrivateUsage]
    session._manager.connection_from_url("https://dynamodb.example")
    before = id(tls.context())

    def observe() -> list[Any]:
        return [len(client._pool.pools), len(session._manager.pools), id(tls.context())]  # pyright: ignore[reportPrivateUsage]

    assert restored(hooks, observe) == [0, 0, before]


def test_the_webhook_rehearses_a_write_that_writes_nothing(
    hooks: Hooks, table: MemoryTable, monkeypatch: pytest.MonkeyPatch, lines: Callable[[], list[Any]]
) -> None:
    asked: list[str] = []

    def seen(operation: Callable[[], Any]) -> Any:
        asked.append(getattr(operation, "__qualname__").split(".")[1])  # noqa: B009
        return operation()

    monkeypatch.setattr(table, "around", seen)
    before = copy.deepcopy(table.items)
    runpy.run_path(str(ROOT / "functions" / "webhook" / "webhook.py"))
    for step in hooks.before:
        step()
    assert "update_item" in asked
    assert table.items == before
    assert lines() == []


def test_what_cannot_be_made_ready_does_not_stop_a_deployment(hooks: Hooks) -> None:
    def fail() -> None:
        raise OSError("no network")

    snapshot.before_snapshot(fail)
    for step in hooks.before:
        step()


def test_without_lambdas_runtime_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
    snapshot.before_snapshot(lambda: pytest.fail("registered"))
