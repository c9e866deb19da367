"""`python -m local.invoke FUNCTION [EVENT]`: sends an event (default {}) to a function, and prints its answer.

EVENT is JSON, a file's name (`events/account.json`), or - for standard input; the webhook's shipped event is signed on the way. The
function is that of the running stack (`make dev`), with what its table and Stripe hold; if none runs, of one that is started for this
call and knows nobody. Exit status: 0 answered; 1 the function failed, or could not be asked.
"""

import argparse
import http.client
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local import events
from local.events import EventError
from local.ports import Ports, PortTaken
from local.stack import LocalStack, StackError
from local.state_file import STATE, read_state
from local.stripe_side import StripeSettingsError
from local.template import TemplateError


@dataclass(frozen=True, slots=True)
class Target:
    """A stack whose functions can be invoked."""

    lambda_url: str
    aws_url: str
    functions: list[str]


class NotAsked(Exception):
    """The function could not be asked; one line."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.invoke", description=__doc__)
    parser.add_argument("function", help="logical id in template.yaml")
    parser.add_argument("event", nargs="?", default="{}", help="JSON, a file, or - for standard input")
    parser.add_argument("--state", type=Path, help="the running stack's own --state")
    arguments = parser.parse_args()
    try:
        event = _event(arguments.event)
        with _target(arguments.state) as target:
            if events.is_unsigned(event):
                event = events.signed(event, events.webhook_secret(target.aws_url))
            return _invoke(target, arguments.function, event)
    except KeyboardInterrupt:
        return 130
    except (EventError, NotAsked, PortTaken, StackError, StripeSettingsError, TemplateError) as error:
        print(error, file=sys.stderr)
        return 1


def _event(argument: str) -> Any:
    if argument == "-":
        return events.parse(sys.stdin.read())
    if argument.endswith(".json"):
        return events.read(Path(argument))
    return events.parse(argument)


@contextmanager
def _target(state: Path | None) -> Iterator[Target]:
    """The stack that runs here, or one of our own. Raises `NotAsked` where one should run and does not."""
    running = read_state(state or STATE)
    if running:
        yield Target(running["lambdaUrl"], running["awsUrl"], running["functions"])
        return
    if state:
        raise NotAsked(f"no stack runs here (no state.json in {state}): start one with make dev")
    print("No stack runs here: one is started for this call. `make dev` keeps one, with what is in it.", file=sys.stderr)
    with LocalStack(ports=Ports.free()) as stack:
        yield Target(stack.lambda_url, stack.aws_url, [function.logical_id for function in stack.template.functions])


def _invoke(target: Target, function: str, event: Any) -> int:
    if function not in target.functions:
        raise NotAsked(f"Function not found: {function}; there are {', '.join(sorted(target.functions))}")
    address = urlsplit(target.lambda_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    try:
        connection.request("POST", f"/2015-03-31/functions/{function}/invocations", json.dumps(event), {"authorization": "local"})
        response = connection.getresponse()
        body = response.read().decode("utf-8", "replace")
    except OSError as error:
        raise NotAsked(f"the stack does not answer: {error}") from None
    finally:
        connection.close()
    if response.status != 200:
        raise NotAsked(json.loads(body)["Message"])
    print(body)
    return 1 if response.getheader("x-amz-function-error") else 0


if __name__ == "__main__":
    sys.exit(main())
