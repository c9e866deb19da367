"""Who may speak for Stripe: over HTTP to the webhook's own URL, byte for byte.

What is answered to each kind of wrong header is tried in tests/unit/billing/test_webhook.py.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.ports import Ports
from local.stack import LocalStack
from tests.support.events import RELEASE, signature
from tests.support.people import Person, Stripe

Json = dict[str, Any]
PARAMETER = "/recur/dev/stripe/webhook-secret"


@pytest.fixture(scope="module")
def own_stack() -> Iterator[LocalStack]:
    """Of this module's own: no other event arrives while a replay is counted."""
    with LocalStack(ports=Ports.free(), environment={}, max_workers=1) as stack:
        yield stack


@pytest.fixture(scope="module")
def secret(own_stack: LocalStack) -> str:
    return own_stack.aws.call("ssm", "GetParameter", Name=PARAMETER, WithDecryption=True)["Parameter"]["Value"].split()[0]


def event(**changes: Any) -> bytes:
    """Of a type nobody listens to: 200 means that the signature was right."""
    content = {"id": "evt_x", "object": "event", "api_version": RELEASE, "created": int(time.time()), "livemode": False}
    return json.dumps(content | {"type": "radar.early_fraud_warning.created", "data": {"object": {"id": "issfr_x"}}} | changes).encode()


def deliver(stack: LocalStack, body: bytes, header: str | None, name: str = "Stripe-Signature", **headers: str) -> int:
    given = {"content-type": "application/json"} | headers | ({name: header} if header is not None else {})
    return requests.post(stack.webhook_url, data=body, headers=given, timeout=30).status_code


@pytest.mark.parametrize("name", ["Stripe-Signature", "stripe-signature", "STRIPE-SIGNATURE", "sTrIpE-sIgNaTuRe"])
def test_the_headers_case_does_not_matter(own_stack: LocalStack, secret: str, name: str) -> None:
    body = event()
    assert deliver(own_stack, body, signature(body, secret=secret), name) == 200


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "application/octet-stream", "text/plain"])
def test_the_exact_bytes_count_however_they_are_handed_on(own_stack: LocalStack, secret: str, content_type: str) -> None:
    """A body that is no text by its type arrives in base64."""
    plain = event()
    spaced = json.dumps(json.loads(plain), indent=3, ensure_ascii=False).encode() + b"\r\n "
    accented = event(note="é\u2028").replace(b"\\u00e9", "é".encode())
    for body in (plain, spaced, accented):
        header = signature(body, secret=secret)
        assert deliver(own_stack, body, header, **{"content-type": content_type}) == 200
        for other in (body + b" ", body[:-1], body.replace(b"evt_x", b"evt_y"), json.dumps(json.loads(body)).encode() + b"\n"):
            assert deliver(own_stack, other, header, **{"content-type": content_type}) == 400


def test_any_of_several_signatures_counts_and_v0_never(own_stack: LocalStack, secret: str) -> None:
    body = event()
    at, good = signature(body, secret=secret).split(",")
    digest = good.removeprefix("v1=")
    accepted = [f"{at},{good}", f"{at},v1=00,{good}", f"{at},{good},v1=00", f"{at},v0=00,{good},v2=00", f"v1=00,{good},{at}"]
    refused = [
        f"{at},v0={digest}",
        f"{at},v2={digest}",
        f"{at},V1={digest}",
        f"{at},{digest}",
        f"{good}",
        f"{at}",
        "",
        f"t=,{good}",
        f"t=x,{good}",
    ]
    for header in accepted:
        assert deliver(own_stack, body, header) == 200, header
    for header in refused:
        assert deliver(own_stack, body, header) == 400, header


def test_a_time_is_neither_old_nor_of_the_future(own_stack: LocalStack, secret: str) -> None:
    body, now = event(), int(time.time())
    for off, status in ((-240, 200), (240, 200), (-330, 400), (330, 400), (10**9, 400), (-(10**9), 400)):
        assert deliver(own_stack, body, signature(body, at=now + off, secret=secret)) == status, off
    # The time is part of what is signed, and of two times none is better than the one that was.
    at, good = signature(body, at=now - 330, secret=secret).split(",")
    assert deliver(own_stack, body, f"t={now},{good}") == 400
    assert deliver(own_stack, body, f"{at},t={now},{good}") == 400
    assert deliver(own_stack, body, f"t={now},{at},{good}") == 400


def test_a_replayed_event_has_one_effect(own_stack: LocalStack, secret: str) -> None:
    """The very request, caught and sent again within its five minutes: nothing moves, nobody is asked anything twice."""
    stripe, person = Stripe(own_stack), Person(own_stack)
    person.subscribe("basic_monthly")
    created: Any = stripe.client.v1.events.list({"type": "customer.subscription.created", "limit": 1}).last_response
    body = json.dumps(created.data["data"][0] | {"api_version": RELEASE}).encode()
    header = signature(body, secret=secret)
    before = person.account()
    stripe.control("requests", method="DELETE")
    assert [deliver(own_stack, body, header) for _ in range(3)] == [200, 200, 200]
    assert person.account() == before
    assert [each for each in stripe.control("requests", method="GET")["requests"] if each["method"] != "GET"] == []


def test_bombs_are_refused_before_and_after_the_signature(own_stack: LocalStack, secret: str) -> None:
    bombs = [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"id":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"id": 1e999, "livemode": false}',
        b'{"id": ' + b"9" * 100_000 + b"}",
        b'{"id": NaN}',
        b'{"id": "\\ud800", "livemode": false}',
        b"\xff\xfe\x00",
        b"{" + b",".join(b'"f%d":1' % number for number in range(50_000)) + b"}",
        b"null",
        b"",
    ]
    for body in bombs:
        assert deliver(own_stack, body, "t=1,v1=00") == 400
        assert deliver(own_stack, body, signature(body, secret=secret)) == 400, body[:40]
    large = b" " * (1024 * 1024 + 1)
    assert deliver(own_stack, large, signature(large, secret=secret)) == 413


@pytest.mark.parametrize("value", [" ", None])
def test_without_a_secret_nothing_is_accepted(value: str | None) -> None:
    """Neither what the right secret signed nor what an empty one did."""
    with LocalStack(ports=Ports.free(), environment={}, max_workers=1) as stack:
        secret = stack.aws.call("ssm", "GetParameter", Name=PARAMETER, WithDecryption=True)["Parameter"]["Value"]
        if value is None:
            stack.aws.call("ssm", "DeleteParameter", Name=PARAMETER)
        else:
            stack.aws.call("ssm", "PutParameter", Name=PARAMETER, Value=value, Type="SecureString", Overwrite=True)
        body = event()
        for signed_with in (secret, "", " ", "whsec_"):
            assert deliver(stack, body, signature(body, secret=signed_with)) == 500
