"""`python -m local.events [NAME]`: prints a shipped event (`events/NAME.json`), the webhook's freshly signed; without a name, their names.

A signature holds for five minutes, so the file cannot have one: it says `t=0,v1=unsigned`, which is signed when it is sent. The
secret is that of `make dev` or, where none runs, STRIPE_WEBHOOK_SECRET, for a function that runs against Stripe's test mode.
"""

import argparse
import base64
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from local.aws.client import AwsClient, AwsError
from local.children import ROOT
from local.fake_stripe.webhooks.signing import signature_header
from local.state_file import STATE, read_state

FOLDER = ROOT / "events"
UNSIGNED = "t=0,v1=unsigned"
"""The signature of a shipped event that is still to be signed. Any other one is sent as it stands, forged ones too."""
_HEADER = "stripe-signature"
_SECRET_PARAMETER = "/recur/dev/stripe/webhook-secret"


class EventError(Exception):
    """There is no such event, or it cannot be used; one line."""


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def read(path: Path) -> Any:
    """An event from a file. Raises `EventError`."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        raise EventError(f"there is no event file {path}; shipped are: {', '.join(f'events/{name}.json' for name in names())}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise EventError(f"{path} cannot be read: {error}") from None


def parse(text: str, what: str = "the event") -> Any:
    """An event from text. Raises `EventError` with the line and column."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise EventError(f"{what} is not JSON: {error}") from None


def is_unsigned(event: Any) -> bool:
    return isinstance(event, dict) and isinstance(event.get("headers"), dict) and event["headers"].get(_HEADER) == UNSIGNED


def signed(event: dict[str, Any], secret: str) -> dict[str, Any]:
    """The event with the signature that Stripe would send now."""
    body = event.get("body") or ""
    payload = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    return {**event, "headers": {**event["headers"], _HEADER: signature_header([secret], payload, int(time.time()))}}


def webhook_secret(aws_url: str | None) -> str:
    """The secret that the webhook checks with: the stack's whose AWS this is, or else the environment's. Raises `EventError`."""
    if aws_url is None:
        given = os.environ.get("STRIPE_WEBHOOK_SECRET", "").split()
        if not given:
            raise EventError("there is no secret to sign with: start make dev, or set STRIPE_WEBHOOK_SECRET")
        return given[0]
    try:
        found = AwsClient(aws_url).call("ssm", "GetParameter", Name=_SECRET_PARAMETER, WithDecryption=True)
    except (OSError, AwsError) as error:
        raise EventError(f"the secret to sign with cannot be read from the local stack: {error}") from None
    return found["Parameter"]["Value"].split()[0]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.events", description=__doc__)
    parser.add_argument("name", nargs="?", metavar="NAME", help="e.g. webhook for events/webhook.json")
    parser.add_argument("--state", type=Path, default=STATE, help="the running stack's own --state")
    arguments = parser.parse_args()
    if arguments.name is None:
        print("\n".join(names()))
        return 0
    try:
        if arguments.name not in names():
            raise EventError(f"there is no event {arguments.name}; shipped are: {', '.join(names())}")
        event = read(FOLDER / f"{arguments.name}.json")
        if is_unsigned(event):
            event = signed(event, webhook_secret((read_state(arguments.state) or {}).get("awsUrl")))
    except EventError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(event, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
