"""Every command that a page names exists, and runs as it stands there: make's targets and variables, modules with their commands and
options, files; and no program that a machine may have otherwise, or not at all."""

import io
import re
import runpy
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks, pages

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z.][\w./-]*):", MAKEFILE, re.M)) - {".PHONY"}
VARIABLES = set(re.findall(r"\$\((?:if |or )?\$?\(?([A-Z][A-Z_]+)", MAKEFILE))
PYTHON = ".venv/bin/python"
NOT_OURS = re.compile(r"(?:\S*/)?(?:python[\d.]*|uvx?|pip3?|pytest|ruff|pyright)")
"""A bare Debian has no `python`, and whoever has one has not the project's packages in it; uv is in .venv-sam."""
UV = ".venv-sam/bin/uv"
OURS = ("local", "ops", "bench", "tests")
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
ASSIGNMENT = re.compile(r"[A-Z_]+=.*")

Words = tuple[str, ...]


def written(page: str) -> set[str]:
    """What a page shows to be typed: the lines of its shell blocks, and code in the text that begins like a command."""
    lines = [line for block in blocks(page) if block.info.split(" ")[0] in ("sh", "bash") for line in block.text.splitlines()]
    text = re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S)
    return {*lines, *(code for code in INLINE.findall(text) if " " in code)}


def commands(page: str) -> set[Words]:
    """The commands of a page that are ours to check, each without what is assigned before it."""
    found: set[Words] = set()
    for line in written(page):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue  # prose that happens to be in code type: an apostrophe
        while words and ASSIGNMENT.fullmatch(words[0]):
            del words[0]
        for end in [place for place, word in enumerate(words) if word in ("|", "&&", ";", ">")] + [len(words)]:
            command, words = tuple(words[:end]), words[end + 1 :]
            if command and (command[0] == "make" or NOT_OURS.fullmatch(command[0])):
                found.add(command)
    return found


COMMANDS = sorted({command for page in pages() for command in commands(page.read_text())})


@cache
def source_of(start: Words) -> Path | None:
    """The file that `.venv/bin/python -m MODULE`, or `.venv/bin/python SCRIPT`, runs."""
    path = ROOT / (start[1].replace(".", "/") if start[0] == "-m" else start[0])
    return next((file for file in (path, path.with_suffix(".py"), path / "__main__.py") if file.is_file()), None)


@cache
def help_of(start: Words, arguments: Words) -> tuple[bool, str]:
    """Whether `… --help` is understood, and what it says. In this process: what many commands import is imported once."""
    said = io.StringIO()
    argv, sys.argv = sys.argv, [start[-1], *arguments, "--help"]
    try:
        with redirect_stdout(said), redirect_stderr(said):
            if start[0] == "-m":
                runpy.run_module(start[1], run_name="__main__", alter_sys=True)
            else:
                runpy.run_path(str(ROOT / start[0]), run_name="__main__")
    except SystemExit as ended:
        return ended.code in (0, None), said.getvalue()
    finally:
        sys.argv = argv
    return False, "it does not know --help"


def complaint(command: Words) -> str | None:
    """What is wrong with a command; None if nothing is."""
    if command[0] == "make":
        target, *settings = command[1:]
        if target not in TARGETS:
            return f"make has no target {target}"
        unknown = [setting for setting in settings if setting.partition("=")[0] not in VARIABLES]
        return f"the Makefile does not read {unknown[0]}" if unknown else None
    if command[0] != PYTHON:
        return None if command[0] == UV else f"{command[0]} is the machine's: it is {UV if 'uv' in command[0] else PYTHON} here"
    if command[1:2] == ("-m",):
        module, *arguments = command[2:]
        if module == "pytest":
            paths = [argument.partition("::")[0] for argument in arguments if argument.startswith("tests/")]
            missing = [path for path in paths if not (ROOT / path).exists()]
            return f"there is no {missing[0]}" if missing else None
        if module.partition(".")[0] not in OURS:
            return None
        start: Words = ("-m", module)
    else:
        script, *arguments = command[1:]
        start = (script,)
    source = source_of(start)
    if source is None:
        return f"there is no {start[-1]}"
    if "argparse" not in source.read_text():  # it would run
        return f"{start[-1]} takes no arguments" if arguments else None
    return _unknown_to_argparse(start, tuple(arguments))


def _unknown_to_argparse(start: Words, arguments: Words) -> str | None:
    """Positional words go before --help, which ends argparse's work: a wrong command or choice is refused before it."""
    given = tuple(argument for argument in arguments if not re.search(r"[…\[\]]", argument) and argument != "--help")
    understood, said = help_of(start, given)
    if not understood:
        return said.strip()[-300:]
    options = [argument.partition("=")[0] for argument in given if argument.startswith("--")]
    missing = [option for option in options if option not in said]
    return f"{start[-1]} has no option {missing[0]}" if missing else None


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_that_is_written_down_exists(command: Words) -> None:
    assert complaint(command) is None


def test_enough_is_found() -> None:
    assert len(COMMANDS) > 20
    assert ("make", "dev") in COMMANDS


@pytest.mark.parametrize(
    "command",
    [
        "make nothing",
        "make dev COLOUR=red",
        ".venv/bin/python -m ops nothing",
        ".venv/bin/python -m ops webhooks nothing",
        ".venv/bin/python -m ops explain USER --nothing",
        ".venv/bin/python -m ops explain USER --stage nowhere",
        ".venv/bin/python -m local.nothing",
        ".venv/bin/python bench/nothing.py",
        ".venv/bin/python -m pytest tests/nothing",
        "python -m ops doctor",
        "python3 bench/costs.py",
        ".venv-bench/bin/python bench/costs.py",
        "uv lock",
        "pytest tests/docs",
    ],
)
def test_one_that_does_not_is_found_out(command: str) -> None:
    assert complaint(tuple(shlex.split(command))) is not None


def test_commands_are_read_from_blocks_and_from_text() -> None:
    shell = "make test  # all\npython -m local.events webhook | uv lock\n"
    page = f"Run `A=1 make dev` or:\n\n```sh\n{shell}```\n`make` alone, `don't make it`\n"
    assert commands(page) == {("make", "dev"), ("make", "test"), ("python", "-m", "local.events", "webhook"), ("uv", "lock")}


def test_the_pages_are_all_looked_at() -> None:
    assert {Path("README.md"), Path("events/README.md"), Path("docs/costs.md")} <= {page.relative_to(ROOT) for page in pages()}
