"""What each command's exit status means: the one place where it stands, and the end of each --help."""

import argparse
from collections.abc import Iterator
from typing import Any, cast

FAILED = "it could not be done, or not to the end: standard error says why; run it again"
"""What 1 means for every command."""

MEANING: dict[str, dict[int, str]] = {
    "doctor": {0: "nothing fails (there may be warnings)", 2: "something fails"},
    "explain": {0: "the table and Stripe agree", 2: "they differ: reconcile --drift repairs it"},
    "replay": {0: "each is stored, or was", 2: "some could not be: the table says why"},
    "reconcile": {0: "all was looked at", 2: "some objects could not be looked at"},
    "backfill": {0: "all customers of ours are in the table", 2: "some could not be brought in"},
    "catalog": {0: "done; or nothing to do", 2: "Stripe differs from the file (plan, drift); or the file cannot tell all of it (export)"},
    "webhooks": {0: "one endpoint, as it has to be", 2: "something differs (list)"},
    "secrets rotate": {0: "done", 2: "done, and what the old endpoint had not delivered went with it: replay brings it"},
    "secrets set": {0: "stored"},
    "secrets remove": {0: "gone, or there was none"},
    "deploy": {0: "deployed, and answering"},
    "destroy": {0: "gone, and it was said what was kept"},
}
"""By the command's words: what else there is than 1."""


def explain(parser: argparse.ArgumentParser) -> None:
    """Has each command's --help end with what its exit status means."""
    for words, command in commands(parser):
        lines = sorted((MEANING[words] | {1: FAILED}).items())
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        command.epilog = "exit status:\n" + "\n".join(f"  {status}  {meaning}" for status, meaning in lines)


def commands(parser: argparse.ArgumentParser, words: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """All that can be run, by its words: `doctor`, `secrets rotate`."""
    below = [action for action in cast(Any, parser)._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield words, parser
    for action in below:
        for name, each in cast(dict[str, argparse.ArgumentParser], cast(Any, action).choices).items():
            yield from commands(each, f"{words} {name}".strip())
