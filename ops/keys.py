"""What can be told from a Stripe key by looking at it, and which stage it is for.

Stripe's prefixes: `sk_` a secret key, `rk_` a restricted one, `pk_` a publishable one; then `live_`, or `test_` (a sandbox too).
"""

import re
from typing import Literal, NamedTuple

_FORM = re.compile(r"(sk|rk|pk)_(live|test)_\w{4,}")
_ACCOUNT = slice(0, 17)
_LONG_KEY = 60
"""Characters after the prefix from which on a key of today's form begins with its account's id."""
_KINDS = {"sk": "secret", "rk": "restricted", "pk": "publishable"}


class WrongKey(Exception):
    """The key is no Stripe key, or one of another stage's; the message never holds it."""


class Key(NamedTuple):
    kind: str
    """secret, restricted or publishable"""
    mode: Literal["live", "test"]


def mode_of_stage(stage: str) -> Literal["live", "test"]:
    """prod takes live keys, every other stage test keys: nobody is charged by a stage that is tried out on."""
    return "live" if stage == "prod" else "test"


def described(value: str) -> Key:
    """Raises `WrongKey` for what does not look like one of Stripe's keys."""
    found = _FORM.fullmatch(value)
    if found is None:
        raise WrongKey("This is no key of Stripe's: it begins with sk_, rk_ or pk_, then live_ or test_, and has no space in it.")
    return Key(_KINDS[found[1]], "live" if found[2] == "live" else "test")


def check(value: str, stage: str) -> Key:
    """A key that calls Stripe for this stage. Raises `WrongKey`."""
    key = described(value)
    if key.kind == "publishable":
        raise WrongKey("This is a publishable key, which is for browsers. A secret or a restricted key is needed.")
    if key.mode != mode_of_stage(stage):
        raise WrongKey(f"This is a {key.mode} key, and {stage} takes {mode_of_stage(stage)} keys only.")
    return key


def account(key: str) -> str | None:
    """The account in a key of today's form: `5`, then the account's id without its `acct_`. Seen in today's keys, documented
    nowhere, so keys of another form are not compared: None."""
    body = key.split("_", 2)[2]
    return body[_ACCOUNT] if len(body) >= _LONG_KEY and body.startswith("51") else None
