"""The table in memory does what DynamoDB does (as moto has it): the same writes go through, the same are refused, the same is left."""

import itertools
import os
import random
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from billing.settings import settings
from billing.state import jobs, store
from billing.state.items import Item
from billing.state.parts import Checkout, Observation
from tests.support.memory_table import MemoryTable

NAME = "recur"
STEPS = 150
Items = dict[str, Any]


@pytest.fixture(autouse=True)
def same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(settings), "table_name", NAME)
    monkeypatch.setattr(store, "uuid", uuid)
    monkeypatch.setattr(jobs, "uuid", uuid)
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.0)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        monkeypatch.delenv(name)


class Versions:
    """In the place of the module `uuid`: another one each time, and the same ones in both tables."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    @property
    def hex(self) -> str:
        return f"v{next(self._numbers)}"

    def uuid4(self) -> "Versions":
        return self


def history(seed: int) -> list[Any]:
    """Reads and writes of every kind, by chance, on a few users, customers and jobs; what each of them said."""
    chance = random.Random(seed)
    store.uuid = jobs.uuid = Versions()  # pyright: ignore
    return [_said(chance) for _ in range(STEPS)]


def _said(chance: random.Random) -> Any:
    user, customer, job = chance.choice(("u1", "u2")), chance.choice(("cus_1", "cus_2")), chance.choice(("events", "drift"))
    at = chance.randrange(0, 30)
    steps: list[Callable[[], Any]] = [
        lambda: store.apply(user, customer, chance.choice(("a:1", "b")), _news(chance, at), lambda: _news(chance, at, certain=True)),
        lambda: store.apply(user, customer, chance.choice(("a:1", "b")), _news(chance, at), lambda: _news(chance, at, certain=True)),
        lambda: store.link_customer(user, customer, at),
        lambda: (store.user_of(customer), store.read_all(["u2", "u1", "u3"])),
        lambda: store.claim_checkout(user, _claim(chance), None),
        lambda: (known := store.read(user)) and store.claim_checkout(user, _claim(chance), known.checkout),
        lambda: store.name_session(user, chance.choice("xyz"), "cs_1"),
        lambda: store.release_checkout(user, chance.choice("xyz")),
        lambda: chance.random() < 0.2 and store.begin_deletion(user, at),
        lambda: chance.random() < 0.2 and store.forget_customer(customer, at),
        lambda: jobs.begin(job, {"after": "", "windows": [{"start": at, "end": 40}]}, anew=chance.random() < 0.3),
        lambda: _work(job, at),
        lambda: jobs.under_way(job),
    ]
    return chance.choice(steps)()


def _news(chance: random.Random, at: int, certain: bool | None = None) -> Observation:
    value = None if chance.random() < 0.1 else {"state": chance.choice("AB"), "list": [1, "x", None], "none": None, "flag": True}
    subject = chance.choice(("", "in_1", "in_2"))
    sure = chance.random() < 0.9 if certain is None else certain
    return Observation(value, at, at + 4, f"evt_{at}", chance.random() < 0.05, subject, len(subject), sure)


def _claim(chance: random.Random) -> Checkout:
    return Checkout(chance.choice("xyz"), "price_1", "usd", ["price_1", "price_2"], 7, earlier=["cs_0"])


def _work(name: str, at: int) -> Any:
    job = jobs.take(name)
    if job is None:
        return None
    job.save({"cursor": at, "deep": False})
    if at % 2:
        job.finish({"at": at} if at % 4 == 1 else None)
    if at % 3:
        job.release()
    return job.progress


def in_memory(seed: int) -> tuple[list[Any], Items]:
    table = MemoryTable(NAME)
    Item._connection = table  # pyright: ignore
    return history(seed), table.items


def in_moto(seed: int) -> tuple[list[Any], Items]:
    Item._connection = None  # pyright: ignore
    with mock_aws():
        dynamodb: Any = boto3.client("dynamodb")  # pyright: ignore[reportUnknownMemberType]
        key = {"AttributeName": "pk", "KeyType": "HASH"}
        attribute = {"AttributeName": "pk", "AttributeType": "S"}
        dynamodb.create_table(TableName=NAME, KeySchema=[key], AttributeDefinitions=[attribute], BillingMode="PAY_PER_REQUEST")
        said = history(seed)
        return said, {item["pk"]["S"]: item for item in dynamodb.scan(TableName=NAME)["Items"]}


@pytest.fixture
def connection() -> Iterator[None]:
    bound = Item._connection  # pyright: ignore
    yield
    Item._connection = bound  # pyright: ignore


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("seed", range(6))
def test_it_does_what_dynamodb_does(seed: int) -> None:
    (said, items), (moto_said, moto_items) = in_memory(seed), in_moto(seed)
    assert said == moto_said
    assert items == moto_items
    assert len(items) > 4
