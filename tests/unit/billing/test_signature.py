"""Our check of a signature says what stripe-python's says, for every header; only the future is refused besides."""

import hashlib
import hmac
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe import SignatureVerificationError, WebhookSignature, _webhook

from billing.signature import is_signed

SECRET, NOW, TOLERANCE = "whsec_test", 1_795_384_000, 300
BODY = '{"id": "evt_1", "name": "Zoë"}'.encode()


@pytest.fixture(autouse=True, scope="module")
def now() -> Iterator[None]:
    """It is `NOW` for stripe-python too, however long the tests before these take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_webhook, "time", SimpleNamespace(time=lambda: NOW))
        yield


def mac(at: int, body: bytes = BODY, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


def stripe_says(header: str) -> bool:
    try:
        WebhookSignature.verify_header(BODY, header, SECRET, TOLERANCE)  # pyright: ignore[reportUnknownMemberType]
    except SignatureVerificationError:
        return False
    return True


def ours(header: str | None) -> bool:
    return is_signed(BODY, header, SECRET, TOLERANCE, NOW)


TIMES = st.sampled_from([NOW, NOW - 200, NOW - 10_000, 0, -1])
PARTS = st.one_of(
    TIMES.map(lambda at: f"t={at}"),
    TIMES.map(lambda at: f"v1={mac(at)}"),
    TIMES.map(lambda at: f"v0={mac(at)}"),
    st.sampled_from(
        ["v1=", "v1", "t", "t=x", "t= 5", "", "v1=00", f"v1={mac(NOW)}=", f"v1={mac(NOW, secret='other')}", f"v1={mac(NOW).upper()}"]
    ),
)


@given(st.lists(PARTS, max_size=6).map(",".join))
def test_it_says_what_stripe_says(header: str) -> None:
    assert ours(header) is stripe_says(header)


def test_any_of_several_signatures_counts() -> None:
    assert ours(f"t={NOW},v1=00,v1={mac(NOW)}")


def test_no_header_is_no_signature() -> None:
    assert not ours(None)


def test_what_is_not_ascii_is_no_signature() -> None:
    assert not ours(f"t={NOW},v1=é")


def test_a_time_in_the_future_is_refused() -> None:
    assert not ours(f"t={NOW + 400},v1={mac(NOW + 400)}")
