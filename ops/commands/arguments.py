"""Arguments that several commands share."""

import argparse
from pathlib import Path

from local.state_file import STATE
from ops.deployment import STAGES


def add_stage(parser: argparse.ArgumentParser) -> None:
    """`stage` in what is parsed is an `ops.deployment.Which`."""
    which = parser.add_mutually_exclusive_group()
    words = "which deployment: samconfig.toml says where, the stack recur-STAGE the rest (else the environment: STAGE, TABLE_NAME)"
    which.add_argument("--stage", choices=STAGES, help=words)
    which.add_argument("--local", action="store_const", dest="stage", const=STATE, help="instead: the stack that make dev runs here")
    words = "as --local, for a stack with a --state of its own"
    which.add_argument("--local-state", type=Path, dest="stage", metavar="FOLDER", help=words)


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def add_common(parser: argparse.ArgumentParser) -> None:
    """What every command about a deployment takes."""
    add_stage(parser)
    add_json(parser)


def add_rate(parser: argparse.ArgumentParser, default: float) -> None:
    words = f"calls to Stripe a second ({default:g}); it allows 100, or 25 in a sandbox, and the rest is the users'"
    parser.add_argument("--rate", type=_positive, default=default, metavar="N", help=words)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not number > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number
