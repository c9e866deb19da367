"""The local stack's own speed, by the clock: how soon `make dev` serves, and how many events it holds."""

import http.client
import json
import os
import signal
import subprocess
import threading
import time
import urllib.request
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

from bench.artefacts import ROOT, BenchError
from bench.calls import signed
from bench.far_side.answers import recorded
from bench.measure import Figure
from bench.metrics import Result
from local.ports import Ports
from local.stack import LocalStack

READY_SECONDS = 60
USERS, SENDERS = 40, 4
APART = 10
"""Seconds on Stripe's clock between two events of a subscription: clearly later, so that each is one write."""


def dev_ready(n: int) -> Result:
    """Seconds from `make dev` to its line "Ready", with a page fetched then. Once to warm up, as the metric says "again"."""
    _ready_once()
    figure = Figure.of([_ready_once() for _ in range(n)])
    return Result(figure.value, n, figure.spread, figure.value, unit="s")


def _ready_once() -> float:
    ports = Ports.free()
    variables = {f"{field.name.upper()}_PORT": str(getattr(ports, field.name)) for field in fields(ports)}
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "--no-print-directory", "dev"],
        cwd=ROOT,
        env={**os.environ, **variables, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Ready"):
                break
            if time.monotonic() - started > READY_SECONDS:
                break
        took = time.monotonic() - started
        if not said or not said[-1].startswith("Ready"):
            raise BenchError(f"make dev did not become ready: {''.join(said)[-500:]}")
        urllib.request.urlopen(f"http://127.0.0.1:{ports.site}/", timeout=10).close()
        urllib.request.urlopen(f"http://127.0.0.1:{ports.api}/plans", timeout=30).close()
        return took
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)


def events_held(seconds: float) -> Result:
    """Events that the webhook of the whole local stack holds in a minute, going by so many seconds. `BenchError` if one is lost."""
    with LocalStack(ports=Ports.free(), environment={}) as stack:
        secret = _webhook_secret(stack)
        table = stack.template.resolve({"Ref": "Table"}, "bench")
        for number in range(USERS):
            stack.aws.call("dynamodb", "PutItem", TableName=table, Item=_item(number))
        sent: list[dict[int, int]] = [{} for _ in range(SENDERS)]
        refused: list[str] = []
        deadline = time.monotonic() + seconds

        def send(sender: int) -> None:
            headers = {"content-type": "application/json"}
            connection = http.client.HTTPConnection(urlsplit(stack.webhook_url).netloc, timeout=30)
            mine = range(sender, USERS, SENDERS)
            round_ = 0
            while time.monotonic() < deadline:
                round_ += 1
                for number in mine:
                    payload = json.dumps(_event(number, round_))
                    connection.request("POST", "/", payload, headers | {"stripe-signature": signed(payload, secret)})
                    response = connection.getresponse()
                    body = response.read()
                    if response.status != 200 or json.loads(body) != {"outcome": "written"}:
                        refused.append(f"{response.status} {body[:200]!r}")
                    sent[sender][number] = round_

        threads = [threading.Thread(target=send, args=(sender,)) for sender in range(SENDERS)]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - started
        if refused:
            raise BenchError(f"{len(refused)} events were refused, the first: {refused[0]}")
        last = {number: round_ for each in sent for number, round_ in each.items()}
        for number, round_ in last.items():
            key = {"pk": {"S": f"user#bench{number}"}}
            item = stack.aws.call("dynamodb", "GetItem", TableName=table, Key=key, ConsistentRead=True)["Item"]
            source = item["parts"]["M"][f"subscription:sub_bench{number}"]["M"]["source"]["S"]
            if source != f"evt_{number}_{round_}":
                raise BenchError(f"an event was answered 200 and is not in the table: user {number} has {source}, not event {round_}")
    total = sum(last.values())
    return Result(total / took * 60, 1, None, total / took, unit="/s")


def _webhook_secret(stack: LocalStack) -> str:
    name = f"/recur/{stack.template.parameters['Stage']}/stripe/webhook-secret"
    return stack.aws.call("ssm", "GetParameter", Name=name, WithDecryption=True)["Parameter"]["Value"].split()[0]


def _item(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"user#bench{number}"}, "customer": {"S": f"cus_bench{number}"}, "parts": {"M": {}}}


def _event(number: int, round_: int) -> dict[str, Any]:
    event = recorded("event")
    found = event["data"]["object"]
    found |= {"id": f"sub_bench{number}", "customer": f"cus_bench{number}", "metadata": {**found["metadata"], "user": f"bench{number}"}}
    event["data"].pop("previous_attributes", None)
    return event | {"id": f"evt_{number}_{round_}", "created": event["created"] + APART * round_}
