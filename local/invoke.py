"""`python -m local.invoke FUNCTION [EVENT]`: sends an event (JSON, default {}) to a function of the running stack.

The answer goes to standard output. Exit status: 0 answered; 1 the function failed, or no stack runs here.
"""

import argparse
import http.client
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from local.state_file import STATE, read_state


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.invoke", description=__doc__)
    parser.add_argument("function", help="logical id in template.yaml")
    parser.add_argument("event", nargs="?", default="{}", help="JSON, or - for standard input")
    parser.add_argument("--state", type=Path, default=STATE, help="the running stack's own --state")
    arguments = parser.parse_args()
    event = sys.stdin.read() if arguments.event == "-" else arguments.event
    try:
        json.loads(event)
    except ValueError as error:
        print(f"the event is not JSON: {error}", file=sys.stderr)
        return 1
    state = read_state(arguments.state)
    if state is None:
        print(f"no stack runs here (no state.json in {arguments.state}): start one with make dev", file=sys.stderr)
        return 1
    return _invoke(state["lambdaUrl"], arguments.function, event)


def _invoke(endpoint: str, function: str, event: str) -> int:
    address = urlsplit(endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    try:
        connection.request("POST", f"/2015-03-31/functions/{function}/invocations", event, {"authorization": "local"})
        response = connection.getresponse()
        body = response.read().decode("utf-8", "replace")
    except OSError as error:
        print(f"the stack does not answer: {error}", file=sys.stderr)
        return 1
    finally:
        connection.close()
    if response.status != 200:
        print(json.loads(body)["Message"], file=sys.stderr)
        return 1
    print(body)
    return 1 if response.getheader("x-amz-function-error") else 0


if __name__ == "__main__":
    sys.exit(main())
