"""The operator's commands. What a command says goes to standard output; why it could not, to standard error.

What an exit status means stands in `ops.exit_status`, and in each command's --help. What is not understood is 1.
"""

import argparse
import errno
import os
import sys
import traceback
from typing import NoReturn

from billing.errors import BillingError
from ops import exit_status
from ops.catalog import wanted
from ops.commands import backfill, catalog, deploy, destroy, doctor, explain, reconcile, replay, secrets, webhooks
from ops.deploy.stopped import Stopped
from ops.deployment import NotSetUp
from ops.keys import WrongKey
from ops.program import PROGRAM
from ops.redaction import redacted
from ops.stripe_account import NoAccount
from ops.trouble import trouble

COMMANDS = (doctor, explain, replay, reconcile, backfill, catalog, webhooks, secrets, deploy, destroy)


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """argparse's own status would be 2, which here says that something differs."""
        self.print_usage(sys.stderr)
        self.exit(1, f"{self.prog}: {redacted(message)}\n")


def parser() -> argparse.ArgumentParser:
    made = Parser(prog=PROGRAM, description="What an operator of Recur runs.")
    commands = made.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    exit_status.explain(made)
    return made


def main() -> int:
    """The exit status; 1 also where what a command says cannot be written. All of it is written when this returns."""
    try:
        try:
            return _run()
        finally:
            if sys.stdout:
                sys.stdout.flush()
    except OSError as error:  # standard output's, which `_run` lets through
        _to_nowhere()
        if not isinstance(error, BrokenPipeError):  # who closed the pipe has seen enough
            print(_told(error), file=sys.stderr)
        return 1


def _run() -> int:
    try:
        arguments = parser().parse_args()
        return arguments.run(arguments)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.EPIPE, errno.ENOSPC):
            raise
        print(redacted(_told(error)), file=sys.stderr)
    return 1


def _to_nowhere() -> None:
    """What is left in a stream that takes nothing: Python would try once more at its end, and complain (docs of `signal`, on SIGPIPE)."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _told(error: Exception) -> str:
    """What an operator can do something about, in a sentence or two; for the rest, which is our fault, all there is."""
    if found := trouble(error):
        return f"{found.says} {found.todo}"
    match error:
        case Stopped() | NoAccount() | NotSetUp() | WrongKey() | wanted.Senseless() | BillingError():
            return str(error)
        case _:
            return "".join(traceback.format_exception(error)).rstrip()


if __name__ == "__main__":
    sys.exit(main())
