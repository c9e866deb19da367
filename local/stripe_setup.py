"""Sets a Stripe up for the stack: the catalogue, and with `--webhook URL` an endpoint. Prints what it did as one line of JSON.

A process of its own, because importing Stripe's SDK takes a while: it does so while the other parts start.
"""

import argparse
import json
import socket
import sys
import time
from urllib.parse import urlsplit

from ops.catalog import wanted
from ops.catalog.changes import changes
from ops.stripe_account import account, release
from ops.webhooks import Wanted, register

_STAGE = "dev"
_START_SECONDS = 20.0
"""How long the local Stripe may take to listen."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.stripe_setup", description=__doc__)
    parser.add_argument("--await", dest="awaited", metavar="URL", help="wait until somebody listens there")
    parser.add_argument("--webhook", metavar="URL", help="register an endpoint for the events the app handles")
    arguments = parser.parse_args()
    catalogue = wanted.read(wanted.FILE)
    if arguments.awaited:
        _await(arguments.awaited)
    stripe = account()
    made = 0
    for change in changes(stripe, catalogue):
        change.make()
        made += 1
    secret = register(stripe, Wanted(arguments.webhook, _STAGE, release()))[1] if arguments.webhook else None
    print(json.dumps({"catalogueChanges": made, "webhookSecret": secret}))
    return 0


def _await(url: str) -> None:
    address = urlsplit(url)
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection((address.hostname or "", address.port or 80), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit(f"nobody listens at {url}") from None
            time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
