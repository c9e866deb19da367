"""Arguments that several commands share."""

import argparse


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


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
