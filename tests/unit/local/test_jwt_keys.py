"""When an issuer's keys are fetched."""

import json
from typing import Any

import pytest
from joserfc import jwk

from local.gateway import jwt_authorizer
from local.gateway.jwt_authorizer import Keys

ISSUER = "https://issuer.example"


class Issuer:
    """Publishes keys, and counts how often they are asked for."""

    def __init__(self) -> None:
        self.key_ids = ["one"]
        self.asked = 0
        self.public: dict[str, Any] = jwk.RSAKey.generate_key(2048).as_dict(private=False)

    def fetch(self, issuer: str) -> bytes:
        assert issuer == ISSUER
        self.asked += 1
        return json.dumps({"keys": [self.public | {"kid": kid} for kid in self.key_ids]}).encode()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds; tests move it."""
    now = [1000.0]
    monkeypatch.setattr(jwt_authorizer.time, "monotonic", lambda: now[0])
    return now


def test_keys_are_fetched_once_and_again_after_two_hours(clock: list[float]) -> None:
    issuer = Issuer()
    keys = Keys(issuer.fetch)
    for _ in range(3):
        assert keys.find(ISSUER, "one")
    assert issuer.asked == 1
    clock[0] += 2 * 3600 + 1
    assert keys.find(ISSUER, "one")
    assert issuer.asked == 2


def test_an_unknown_key_is_looked_for_but_not_over_and_over(clock: list[float]) -> None:
    issuer = Issuer()
    keys = Keys(issuer.fetch)
    assert keys.find(ISSUER, "one")
    for _ in range(3):
        assert keys.find(ISSUER, "two") is None
    assert issuer.asked == 1, "asked a moment ago"
    issuer.key_ids.append("two")
    clock[0] += 2
    assert keys.find(ISSUER, "two"), "a rotated key is found at once"
    assert issuer.asked == 2
