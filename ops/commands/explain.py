"""`explain`: what a user has, why, by which event, what Stripe says now, and what differs."""

import argparse
from typing import Any

from billing.state.parts import kind_and_id
from ops import deployment
from ops.commands.arguments import add_common
from ops.explanation import Explanation, Fact, explain
from ops.people import find
from ops.screen import moment, show_json, show_table


def add_to(commands: Any) -> None:
    parser = commands.add_parser("explain", help="what a user has, why, by which event, and whether Stripe agrees")
    parser.add_argument(
        "who", metavar="USER|CUSTOMER|EMAIL", help="a Cognito user's id (sub), a Stripe customer's id, or an e-mail address"
    )
    add_common(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    deployment.connect(arguments.stage)
    explanation = explain(find(arguments.who))
    if arguments.json:
        show_json(explanation.as_json())
    else:
        _show(explanation)
    return 2 if explanation.differs else 0


def _show(explanation: Explanation) -> None:
    print(f"user      {explanation.user}")
    print(f"customer  {explanation.customer or 'none'}")
    print(f"features  {', '.join(explanation.features) or 'none'}")
    for reason in explanation.why:
        print(f"          {reason}")
    print()
    rows = [(fact.key, _words(fact), _since(fact), _by(fact), _verdict(fact)) for fact in explanation.facts]
    show_table(("part", "stored", "true at (UTC)", "told by", "stripe now"), rows)
    for fact in explanation.facts:
        for difference in _differences(fact):
            print(difference)


_TELLING: dict[str, tuple[str, ...]] = {
    "subscription": ("status", "lookup_key"),
    "payment": ("status", "invoice"),
    "payment_method": ("brand", "last4"),
    "customer": ("payment_method",),
    "entitlements": ("features",),
    "upcoming": ("amount", "price"),
}
"""The fields that say the most about each kind of part."""


def _words(fact: Fact) -> str:
    if fact.stored is None:
        return "gone" if fact.known else "not known"
    kind, _ = kind_and_id(fact.key)
    shown: list[Any] = [fact.stored[field] for field in _TELLING[kind]]
    return " ".join(", ".join(each) if isinstance(each, list) else str(each) for each in shown if each) or "none"


def _since(fact: Fact) -> str:
    return f"{moment((fact.lo + fact.hi) // 2)} ± {(fact.hi - fact.lo + 1) // 2} s" if fact.known else ""


def _by(fact: Fact) -> str:
    return f"{fact.source} ({fact.event.type})" if fact.event else fact.source


def _verdict(fact: Fact) -> str:
    if fact.estimate:
        return "an estimate"
    return "DIFFERS" if fact.differs else "the same"


def _differences(fact: Fact) -> list[str]:
    """Field by field."""
    if not fact.differs:
        return []
    stored, now = fact.stored or {}, fact.stripe or {}
    fields = [name for name in sorted({*stored, *now}) if stored.get(name) != now.get(name)]
    return [f"{fact.key}: {name} is {stored.get(name)!r} here and {now.get(name)!r} in Stripe" for name in fields]
