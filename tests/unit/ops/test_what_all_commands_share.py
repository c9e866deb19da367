"""Each command says what its exit status means and takes --json; the keys of that are written in one way."""

import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops import settling
from ops.__main__ import parser
from ops.exit_status import FAILED, MEANING, commands
from ops.parameters import Parameters
from tests.docs.pages import DOCS
from tests.support.stripe_in_process import InProcessStripe

Tell = Callable[..., tuple[int, str, str]]

STEP_BY_STEP = {"deploy", "destroy"}
"""They show steps, and are for people."""
QUOTED = {"stored", "stripe", "outcomes"}
"""Under these keys stands what is named elsewhere: the table's own fields, and outcomes as the log has them."""


def test_every_command_is_in_the_table_and_nothing_else_is() -> None:
    assert {words for words, _ in commands(parser())} == MEANING.keys()


@pytest.mark.parametrize("words", MEANING)
def test_its_help_ends_with_what_its_exit_status_means(words: str, tell: Tell) -> None:
    status, output, _ = tell(*words.split(" "), "--help")
    assert status == 0
    end = output.partition("exit status:\n")[2]
    assert end == "".join(f"  {number}  {meaning}\n" for number, meaning in sorted((MEANING[words] | {1: FAILED}).items()))


@pytest.mark.parametrize("words", sorted(MEANING.keys() - STEP_BY_STEP))
def test_it_takes_json(words: str, tell: Tell) -> None:
    assert "--json" in tell(*words.split(" "), "--help")[1]


def test_the_page_says_which_do_not() -> None:
    page = (DOCS / "operations.md").read_text()
    assert f"Every command but {' and '.join(f'`{words}`' for words in sorted(STEP_BY_STEP))} takes `--json`" in page


def keys(told: Any) -> Iterator[str]:
    if isinstance(told, list):
        for each in told:
            yield from keys(each)
    elif isinstance(told, dict):
        for key, value in told.items():
            yield key
            if key not in QUOTED:
                yield from keys(value)


@pytest.mark.parametrize(
    "line",
    [
        "doctor",
        "explain u2",
        "replay --since 1h --rate 100000",
        "reconcile --drift --rate 100000",
        "backfill --rate 100000",
        "catalog plan --stage dev",
        "webhooks",
        "webhooks apply",
        "secrets rotate",
        "secrets set publishable-key --stage dev",
    ],
)
def test_keys_are_in_camel_case(
    line: str, deployed: Parameters, account: InProcessStripe, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(sys, "stdin", io.StringIO("pk_" + "test_local"))
    account.subscriber("u2")
    account.deliver()
    account.now()
    status, output, errors = tell(*line.split(" "), "--json")
    assert status in (0, 2), errors
    named = set(keys(json.loads(output)))
    assert named
    assert {key for key in named if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", key)} == set()
