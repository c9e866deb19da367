"""What the local stack's tests call it with."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIXTURE = Path(__file__).parent / "fixture"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(url: str, method: str = "GET", body: bytes | dict[str, Any] | None = None, **headers: str) -> Answer:
    """One request; header names with `_` for `-`. Any status is an answer."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, dict):
        names.setdefault("content-type", "application/json")
    request = urllib.request.Request(url, data=data, method=method, headers=names)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


Cognito = Callable[..., Answer]
"""Operation and parameters → what Cognito answers."""


@dataclass(frozen=True)
class User:
    email: str
    password: str
    sub: str
    id_token: str
    access_token: str
    refresh_token: str


def sign_in(cognito: Cognito, client: str, email: str, password: str) -> Answer:
    parameters = {"USERNAME": email, "PASSWORD": password}
    return cognito("InitiateAuth", ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)
