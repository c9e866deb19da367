"""Runs in the measured process, in the place of Lambda's bootstrap: `driver.py EVENTS.json module.handler`.

Imports the handler, calls it with each event and writes the last answer to stdout's last line. With SnapStart's variable set it runs the
hooks that a function registered, as Lambda does around a snapshot; up to it the wall clock is SNAPSHOT_SECONDS behind, so old is the
snapshot then. Nothing but what the standard library must load anyway.
"""

import importlib
import json
import os
import sys
import time


class Context:
    """What a handler gets as its second argument."""

    aws_request_id = "8a1a5c52-6c2f-4e5e-a0fd-9c1d0f1a7a11"
    function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "bench")
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bench"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 25_000


def main(events: str, handler: str) -> None:
    present, ago = time.time, [float(os.environ.get("SNAPSHOT_SECONDS", 0))]
    if ago[0]:
        time.time = lambda: present() - ago[0]
    module, _, name = handler.rpartition(".")
    call = getattr(importlib.import_module(module), name)
    hooks = sys.modules.get("snapshot_restore_py")
    snap_start = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"
    if snap_start and hooks:
        for function, positional, named in reversed(hooks.get_before_snapshot()):
            function(*positional, **named)
    time.time, ago[0] = present, 0.0  # also for who took the function itself
    with open(events, "rb") as file:
        wanted = json.loads(file.read())
    if snap_start and hooks and wanted:
        for function, positional, named in hooks.get_after_restore():
            function(*positional, **named)
    answer = None
    for event in wanted:
        answer = call(event, Context)
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
    sys.stdout.flush()
    os._exit(0)  # a sandbox is frozen, not taken down


main(*sys.argv[1:])
