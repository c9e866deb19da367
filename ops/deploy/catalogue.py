"""Stripe's products, prices and features made to match catalog.toml. What takes something away is shown, and agreed to, before."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ops.catalog import wanted
from ops.catalog.changes import changes
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target

_TAKES_AWAY = ("archive", "replace", "detach", "rename")
"""First words of changes after which something is no longer on sale as it was."""


def asks(target: Target) -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and not target.agreed


def check(target: Target) -> None:
    """Raises `Stopped` if the file makes no sense, or takes something away and nobody agrees."""
    taken = [words for words in preview(target) if words.startswith(_TAKES_AWAY)]
    if not taken or target.agreed:
        return
    print("The catalogue would change what is on sale (who subscribed already keeps it):", *(f"  {each}" for each in taken), sep="\n")
    if not asks(target):
        raise Stopped(f"Nobody is here to agree to that. Agree beforehand: {target.again} ARGS=--yes")
    if input("Change it? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Stopped("Nothing was changed.")


def preview(target: Target) -> list[str]:
    """The steps, in words. Raises `Stopped` for a file that makes no sense, in itself or in this account."""
    with _sense():
        return [change.words for change in changes(target.stripe, read(target))]


def run(target: Target) -> list[str]:
    done: list[str] = []
    for change in changes(target.stripe, read(target)):
        change.make()
        done.append(change.words)
    return done


def read(target: Target) -> wanted.Catalog:
    with _sense():
        return wanted.read(target.project / "catalog.toml")


@contextmanager
def _sense() -> Iterator[None]:
    try:
        yield
    except wanted.Senseless as error:
        raise Stopped(f"{str(error).rstrip('.')}. Mend catalog.toml; nothing was changed.") from None
