"""The floors are honest: they do the work that ours does, over TLS that is verified, and the far side takes nothing less."""

import dataclasses
import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from bench import artefacts, measure, suite
from bench.artefacts import PYTHON, ROOT, Artefact
from bench.calls import calls
from bench.far_side import FarSide
from bench.far_side.answers import STRIPE_KEY, recorded
from bench.measure import run

CALLS = {
    "webhook": ["GetParameter", "UpdateItem"],
    "checkout": ["GetItem", "UpdateItem", "GetParameter", "Stripe POST", "UpdateItem"],
    "cancel": ["GetItem", "GetParameter", "Stripe POST", "UpdateItem"],
    "account": ["GetItem"],
    "entitlements": ["GetItem"],
}


@pytest.fixture(scope="module")
def far() -> Iterator[FarSide]:
    with FarSide() as running:
        yield running


@pytest.fixture(scope="module")
def floor(far: FarSide) -> Artefact:
    if not PYTHON.exists():
        pytest.skip("Python 3.13 is missing: what runs on Lambda cannot be measured")
    return artefacts.floor(far.roots)


@pytest.fixture(autouse=True)
def fresh(far: FarSide) -> None:
    far.calls.clear()
    far.requests.clear()
    far.refused.clear()


def said(artefact: Artefact, far: FarSide, name: str) -> tuple[Any, list[Any]]:
    """The answer's body, and what was logged before it."""
    *logged, last = (json.loads(line) for line in run(artefact, name, calls(far)[name], 1).stdout.splitlines() if line)
    return json.loads(last["body"]), logged


def answer(floor: Artefact, far: FarSide, name: str) -> Any:
    return said(floor, far, name)[0]


@pytest.fixture(scope="module")
def ours(far: FarSide, floor: Artefact, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """From the sources, with the libraries of this environment: what is asked is the same as when it is built."""
    layer = tmp_path_factory.mktemp("layer")
    shutil.copytree(ROOT / "layers" / "billing" / "billing", layer / "billing")
    shutil.copytree(floor.functions["account"] / "roots", layer / "billing_roots")
    files = {path.stem: path.parent for path in (ROOT / "functions").glob("*/*.py")}
    functions = {name: files[call.handler.partition(".")[0]] for name, call in calls(far).items()}
    return Artefact("sources", functions, (layer, Path(sysconfig.get_path("purelib"))))


OPTIONS = {"ReturnConsumedCapacity"}
"""What PynamoDB asks for besides, and nobody reads."""


def essence(request: tuple[str, str, bytes]) -> Any:
    """A request without what each writer names and orders by taste, and without what is new each time (attempts, versions, times)."""
    method, target, raw = request
    if target.startswith("/"):
        return method, target, dict(parse_qsl(raw.decode()))
    body = {name: value for name, value in json.loads(raw).items() if name not in OPTIONS}
    names, values = (body.pop(f"ExpressionAttribute{kind}", {}) for kind in ("Names", "Values"))
    meant = names | {name: json.dumps(shape(value), sort_keys=True) for name, value in values.items()}
    for part in ("UpdateExpression", "ConditionExpression"):
        if part in body:
            spelt = re.sub(r"[#:]\w+", lambda found: meant[found[0]], body[part])
            body[part] = re.sub(r"[\s()]", "", spelt)
    return method, target, body


def shape(value: Any) -> Any:
    """A DynamoDB value with its types and its members' names; of text and numbers only that they are there."""
    ((kind, content),) = value.items()
    if kind == "M":
        return {name: shape(each) for name, each in content.items()}
    return [shape(each) for each in content] if kind == "L" else kind


@pytest.mark.parametrize("name", CALLS)
def test_each_floor_does_what_ours_does(floor: Artefact, ours: Artefact, far: FarSide, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same calls with the same parts, the same answer, and as many lines of log."""
    answered, logged = said(floor, far, name)
    asked = [essence(request) for request in far.requests]
    assert (far.calls, far.refused) == (CALLS[name], [])
    far.requests.clear()
    monkeypatch.setattr(measure, "PYTHON", Path(sys.executable))  # its libraries may be another Python's than Lambda's
    answered_by_ours, logged_by_ours = said(ours, far, name)
    assert asked == [essence(request) for request in far.requests]
    assert answered == answered_by_ours
    assert [len(logged), far.refused] == [len(logged_by_ours), []]


@pytest.mark.parametrize(("seconds", "asked"), [(0, []), (suite.AGED, ["GetParameter"])])
def test_a_floor_restored_late_asks_for_its_secret_again(floor: Artefact, far: FarSide, seconds: float, asked: list[str]) -> None:
    run(floor, "webhook", dataclasses.replace(calls(far)["webhook"], handler="primed_webhook.handler"), 1, snapshot=seconds)
    assert far.calls == ["GetParameter", *asked, "UpdateItem"]


def test_the_floor_parses_no_root_and_no_pattern_before_it_needs_it(floor: Artefact) -> None:
    """As ours does not: what the floor need not do is not put down to it."""
    script = "import json, re; re._parser.parse = None; import webhook, account, cancel_subscription, create_checkout_session, aws; "
    script += "print(aws.tls().cert_store_stats()['x509'])"
    done = subprocess.run([PYTHON, "-S", "-c", script], env={"PYTHONPATH": str(floor.functions["webhook"])}, capture_output=True, text=True)
    assert done.stdout.strip() == "0", done.stderr


def test_the_account_of_the_floor_says_what_the_page_needs(floor: Artefact, far: FarSide) -> None:
    account = answer(floor, far, "account")
    assert account["customerId"] == recorded("subscriber")["customer"]["S"]
    assert account["subscription"]["status"] == "active"
    assert account["paymentMethod"]["last4"] == "4242"
    assert account["features"] == ["basic_features"]


def test_the_cancellation_of_the_floor_answers_with_its_end(floor: Artefact, far: FarSide) -> None:
    cancelled = answer(floor, far, "cancel")
    assert cancelled["cancelAt"] == cancelled["currentPeriodEnd"]


def ask(far: FarSide, method: str, path: str, headers: dict[str, str], body: str = "{}") -> int:
    context = ssl.create_default_context(cadata=far.root)
    connection = http.client.HTTPSConnection(far.url.removeprefix("https://"), context=context, timeout=10)
    connection.request(method, path, body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_an_answer_leaves_whole(far: FarSide) -> None:
    """Its head alone, and the body held back until that is acknowledged, made each call of a measured process 40 ms longer."""
    host, _, port = far.url.removeprefix("https://").partition(":")
    context = ssl.create_default_context(cadata=far.root)
    with context.wrap_socket(socket.create_connection((host, int(port)), timeout=10), server_hostname=host) as connection:
        connection.sendall(b"GET /v1/account HTTP/1.1\r\nHost: far\r\n\r\n")
        head, _, body = connection.recv(65_536).partition(b"\r\n\r\n")  # one record of TLS
    assert json.loads(body), head


def test_whom_our_root_does_not_vouch_for_is_not_talked_to(far: FarSide) -> None:
    connection = http.client.HTTPSConnection(far.url.removeprefix("https://"), context=ssl.create_default_context(), timeout=10)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/")


def test_an_unsigned_request_to_aws_is_refused(far: FarSide) -> None:
    assert ask(far, "POST", "/", {"x-amz-target": "DynamoDB_20120810.GetItem"}) == 400
    assert far.refused == ["POST / DynamoDB_20120810.GetItem: not rightly signed"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "no key of Stripe's"),
        ({"authorization": f"Bearer {STRIPE_KEY}"}, "no Stripe-Version"),
        ({"authorization": f"Bearer {STRIPE_KEY}", "stripe-version": "2026-10-28.endive"}, "a POST without a key of its own"),
    ],
)
def test_a_call_to_stripe_needs_key_release_and_idempotency(far: FarSide, headers: dict[str, str], reason: str) -> None:
    assert ask(far, "POST", "/v1/checkout/sessions", headers, "line_items[0][price]=p") == 400
    assert far.refused[0].endswith(reason)
