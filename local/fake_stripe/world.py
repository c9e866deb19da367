"""Everything this Stripe knows: objects by id, who belongs to whom, events in order, and the time they live in.

No I/O: the same requests to a world of the same seed and clock give the same result twice. Callers hold `world.lock` while they work.
"""

import hashlib
import marshal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from .clock import Timeline, wall_clock
from .errors import ResourceMissing
from .registry import REGISTRY, load
from .settings import Settings

ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LETTERS = bytes(ALPHABET[value % len(ALPHABET)] for value in range(256))
"""Translates any byte to a letter or digit, as ids are made of."""

# Which fields find objects, beside their id. Lists by these never scan the world.
INDEXES: dict[str, tuple[str, ...]] = {
    "customer": ("email", "test_clock"),
    "price": ("product", "lookup_key"),
    "product_feature": ("_product",),
    "payment_method": ("customer",),
    "subscription": ("customer", "test_clock"),
    "subscription_item": ("subscription",),
    "invoice": ("customer", "_subscription"),
    "invoiceitem": ("customer", "invoice"),
    "invoice_payment": ("invoice", "_intent"),
    "payment_intent": ("customer",),
    "setup_intent": ("customer",),
    "charge": ("customer", "payment_intent"),
    "checkout.session": ("customer", "subscription", "payment_intent", "setup_intent"),
    "entitlements.feature": ("lookup_key",),
    "entitlements.active_entitlement": ("_customer",),
    "promotion_code": ("code", "coupon"),
    "customer_balance_transaction": ("customer",),
    "event": ("type",),
}


class Table:
    """Objects of one kind, oldest first, with their indexes."""

    def __init__(self, indexed: tuple[str, ...]):
        self.rows: dict[str, dict] = {}
        self._indexes: dict[str, dict[object, dict[str, None]]] = {name: {} for name in indexed}
        self._filed: dict[str, dict[str, object]] = {}

    def file(self, row: dict) -> None:
        """Stores the row, or files it anew under what its indexed fields say now."""
        row_id = row["id"]
        self.rows[row_id] = row
        filed = self._filed.setdefault(row_id, {})
        for name, index in self._indexes.items():
            value = row.get(name)
            if name in filed and filed[name] == value:
                continue
            if name in filed:
                index[filed[name]].pop(row_id, None)
            index.setdefault(value, {})[row_id] = None
            filed[name] = value

    def remove(self, row_id: str) -> None:
        self.rows.pop(row_id, None)
        for name, value in self._filed.pop(row_id, {}).items():
            self._indexes[name][value].pop(row_id, None)

    def by(self, name: str, value: object) -> list[dict]:
        return [self.rows[row_id] for row_id in self._indexes[name].get(value, ())]


@dataclass(slots=True)
class Origin:
    """The API request that events now being made stem from; both None when Stripe itself acted."""

    request: str | None = None
    idempotency_key: str | None = None


@dataclass(slots=True)
class World:
    """The account. `wall` is real time (tests may freeze it), `seed` decides every id."""

    seed: int = 0
    settings: Settings = field(default_factory=Settings)
    wall: Callable[[], float] = wall_clock
    base_url: str = "http://127.0.0.1:12111"
    renderers: dict[str, Any] = field(default_factory=dict)
    """How objects are shown, by release (contract/shape.py)."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    origin: Origin = field(default_factory=Origin)
    listeners: list[Callable[[dict], None]] = field(default_factory=list)
    pending_webhooks: Callable[[str], int] = lambda event_id: 0
    """How many deliveries of an event are still to come: known to whoever delivers."""
    delivery_failed: Callable[[str], bool] = lambda event_id: False
    """Whether an event was given up on, also known there."""
    tables: dict[str, Table] = field(init=False)
    timeline: Timeline = field(init=False)
    clocks: dict[str, Timeline] = field(init=False)
    _ids: Iterator[int] = field(init=False)
    _held_back: list[dict] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        load()
        self._ids = count(1)
        self.clear()

    def clear(self) -> None:
        """Forgets every object, event and due time; ids go on, so that nothing old is mistaken for new."""
        self.tables = {}
        self.timeline = Timeline(self._run_job, wall=self.wall)
        self.clocks = {}

    # ------------------------------------------------------------------------------------------------ identity
    def new_id(self, prefix: str, length: int = 24) -> str:
        """An id that looks like Stripe's and depends only on the seed and on how many were made before."""
        digest = hashlib.blake2b(f"{self.seed}:{next(self._ids)}".encode(), digest_size=64).digest()
        return f"{prefix}_{digest.translate(LETTERS)[:length].decode()}"

    def next_webhook_secret(self) -> str:
        return self.new_id("whsec", 32)

    # ------------------------------------------------------------------------------------------------- objects
    def table(self, object_name: str) -> Table:
        table = self.tables.get(object_name)
        if table is None:
            table = self.tables[object_name] = Table(INDEXES.get(object_name, ()))
        return table

    def put(self, row: dict) -> dict:
        """Stores a new object, or files a changed one under its indexed fields again."""
        self.table(row["object"]).file(row)
        return row

    def remove(self, row: dict) -> None:
        self.table(row["object"]).remove(row["id"])

    def find(self, object_name: str, object_id: str | None) -> dict | None:
        return self.table(object_name).rows.get(object_id) if object_id else None

    def get(self, object_name: str, object_id: str, param: str = "id") -> dict:
        """The object; raises ResourceMissing in Stripe's words."""
        found = self.find(object_name, object_id)
        if found is None:
            raise ResourceMissing(object_name.rpartition(".")[2], object_id, param)
        return found

    def by(self, object_name: str, field_name: str, value: object) -> list[dict]:
        """Objects whose indexed field has the value, oldest first."""
        return self.table(object_name).by(field_name, value)

    def newest(self, object_name: str) -> list[dict]:
        """Every object of a kind, newest first: the order of Stripe's lists."""
        return list(reversed(self.table(object_name).rows.values()))

    # ---------------------------------------------------------------------------------------------------- time
    def clock_of(self, row: dict | None) -> Timeline:
        """The timeline an object lives on: its test clock's, else the account's."""
        clock_id = row.get("test_clock") if row else None
        return self.clocks.get(clock_id, self.timeline) if clock_id else self.timeline

    def now(self, row: dict | None = None) -> int:
        return self.clock_of(row).now

    def new_test_clock(self, clock_id: str, frozen_at: int) -> Timeline:
        self.clocks[clock_id] = Timeline(self._run_job, frozen_at=frozen_at, wall=self.wall)
        return self.clocks[clock_id]

    def run_due(self) -> int:
        """Lets everything happen that is due on the account's own time."""
        with self.lock, self.acting(Origin()):
            return self.timeline.run_due()

    def _run_job(self, name: str, subject: str) -> None:
        with self.acting(Origin()):
            REGISTRY.jobs[name](self, subject)

    def tell(self, name: str, subject: str) -> None:
        """Runs a job at once: how one part of the engine tells another, without importing it, that something happened."""
        REGISTRY.jobs[name](self, subject)

    @contextmanager
    def acting(self, origin: Origin) -> Iterator[None]:
        """Events made inside carry this origin."""
        before, self.origin = self.origin, origin
        try:
            yield
        finally:
            self.origin = before

    # -------------------------------------------------------------------------------------------------- events
    def emit(self, event_type: str, row: dict, previous: dict | None = None) -> dict:
        """Records that something happened to `row`, as it is now. `previous` holds what changed fields were before (`*.updated`)."""
        event = {
            "id": "",
            "object": "event",
            "type": event_type,
            "created": 0,
            "_data": snapshot(row),
            "_kind": row["object"],
            "_subject": row.get("id"),
            "_previous": marshal.dumps(previous) if previous is not None else None,
            "request": {"id": self.origin.request, "idempotency_key": self.origin.idempotency_key},
        }
        if self._held_back is not None:
            self._held_back.append(event)
        else:
            self._publish(event)
        return event

    def _publish(self, event: dict) -> None:
        event["id"] = self.new_id("evt")
        event["created"] = int(self.wall())
        self.put(event)
        for listener in self.listeners:
            listener(event)

    @contextmanager
    def events_ordered(self, order: tuple[str, ...]) -> Iterator[None]:
        """Holds back events made inside and lets them go in `order` (types not in it: last), as real accounts were seen to send them.

        Nested uses join the outermost one."""
        if self._held_back is not None:
            yield
            return
        held = self._held_back = []
        try:
            yield
        finally:
            self._held_back = None
            rank = {name: position for position, name in enumerate(order)}
            for event in sorted(held, key=lambda event: rank.get(event["type"], len(rank))):
                self._publish(event)

    @contextmanager
    def changing(self, row: dict, event_type: str) -> Iterator[dict]:
        """`with world.changing(customer, "customer.updated"): …` files the row again and tells what changed, if anything did."""
        before = snapshot(row)
        yield row
        self.put(row)
        previous = difference(marshal.loads(before), row)
        if previous:
            self.emit(event_type, row, previous)


def snapshot(row: dict) -> bytes:
    """The object as it is now, without the stand-in's own notes (`_…`): impossible to change later, and nine times cheaper than JSON."""
    return marshal.dumps({name: value for name, value in row.items() if name[0] != "_"})


def difference(before: dict, after: dict) -> dict:
    """Stripe's `previous_attributes`: old values of changed fields; hashes by their changed keys, arrays whole."""
    changed = {}
    for name, new in after.items():
        if name[0] == "_":
            continue
        old = before.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict) and old:
            changed[name] = difference(old, new)
        else:
            changed[name] = old
    changed.update({name: value for name, value in before.items() if name not in after})
    return changed


def newest_first(rows: Iterable[dict]) -> list[dict]:
    return list(reversed(list(rows)))
