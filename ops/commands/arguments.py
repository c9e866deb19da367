"""Arguments that several commands share."""

import argparse

from ops.deployment import STAGES


def add_stage(parser: argparse.ArgumentParser) -> None:
    words = (
        "which deployment: samconfig.toml says where, the stack recur-STAGE the rest (without it the environment does: STAGE, TABLE_NAME)"
    )
    parser.add_argument("--stage", choices=STAGES, help=words)


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
