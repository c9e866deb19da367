"""What the order rule is tried against. One name a suite; a seed makes one history of it, and says what went wrong.

`test_convergence.py` runs a share of each, `python -m tests.chaos` any number, and each mutation names the suite that sees it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.unit.state.simulation import Simulation, State, Weather

Tried = Callable[[int], str]
"""From a seed to what went wrong, "" if nothing did."""


@dataclass(frozen=True)
class Suite:
    about: str
    tried: Tried


def _back_and_forth(seed: int) -> list[State]:
    """A plan changed there and back: equal contents at different times."""
    return [State("A" if number % 2 == 0 else "B") for number in range(2 + seed % 4)]


def _in(weather: Weather, states: Callable[[int], list[State]] = _back_and_forth) -> Tried:
    return lambda seed: Simulation(seed, states(seed), weather).run().problem


def _life(seed: int) -> list[State]:
    """Up to its cancellation."""
    return [*(State(status) for status in ("active", "past_due", "active")[seed % 3 :]), State("canceled", final=True)]


def _invoices(seed: int) -> list[State]:
    """News of three invoices, each declined before it is paid, older ones' among newer ones'. Some were made within one second."""
    chosen = random.Random(seed)
    rank = {1: 1, 2: 2, 3: 2 if seed % 4 == 0 else 3}
    to_come = {invoice: ["failed", "paid"] for invoice in rank}
    states: list[State] = []
    while to_come:
        invoice = chosen.choice(list(to_come)[:2])
        states.append(State(f"in_{invoice} {to_come[invoice].pop(0)}", f"in_{invoice}", rank[invoice]))
        if not to_come[invoice]:
            del to_come[invoice]
    return states


def _never_revived(seed: int) -> str:
    """With clocks that are off by more than any margin nothing can converge for certain; but what has ended stays so."""
    weather = Weather(own=0.0, created_off=40.0, delays=(0.5, 20.0, 60.0), foreign=0.1)
    return "revived what had ended" if Simulation(seed, _life(seed), weather).run().revived else ""


_INVOICING = Weather(own=0.0, foreign=0.1, gaps=(0.2, 4.0, 30.0))
_ROUGH = Weather(crash=0.05, drop=0.3, created_off=1.0, reconciles=2, replayed_late=0.1, foreign=0.1, intruders=0.1)

SUITES = {
    "events only": Suite("late, twice, out of order, within the same second", _in(Weather(own=0.0))),
    "own calls": Suite("calls of ours among them, and answers that are replayed", _in(Weather())),
    "minutes apart": Suite("ordinary life", _in(Weather(gaps=(60.0, 600.0)))),
    "clocks off": Suite("by a second, each on its own", _in(Weather(created_off=1.0, skews=(-1.0, 0.0, 1.0)))),
    "there and back": Suite(
        "a change taken back at once, a few seconds after the one before",
        _in(Weather(own=0.0, created_off=1.0, gaps=(0.03, 0.2, 4.0, 4.4)), lambda seed: [State(content) for content in "ABA"]),
    ),
    "clocks far off": Suite(
        "answers stamped by clocks that are 8 s off, by servers that take up to 9 s",
        _in(Weather(skews=(-8.0, 0.0, 8.0), slowness=(0.02, 0.3, 9.0), gaps=(0.2, 0.9, 4.0, 12.0))),
    ),
    "old answers": Suite("replayed to a Lambda that did not see the first attempt", _in(Weather(own=0.6, replayed_late=0.5))),
    "other releases": Suite("a third of the events are only hints", _in(Weather(foreign=0.33))),
    "killed anywhere": Suite("functions die before and after any request", _in(Weather(crash=0.05))),
    "never delivered": Suite("a third of the events is lost; reconcile follows", _in(Weather(drop=0.33))),
    "reconcile among it": Suite("and in the midst of it", _in(Weather(drop=0.33, reconciles=3, gaps=(0.2, 0.9, 4.0, 15.0)))),
    "other customers": Suite("whose metadata names our user", _in(Weather(intruders=0.5))),
    "a life": Suite("that ends with a cancellation", _in(Weather(crash=0.03, own=0.0), _life)),
    "never revived": Suite("whatever the clocks say, what has ended stays so", _never_revived),
    "latest invoice": Suite("a part that follows a series of objects", _in(_INVOICING, _invoices)),
    "lost invoices": Suite("the same, and reconcile finds what was lost", _in(replace(_INVOICING, drop=0.4), _invoices)),
    "all of it": Suite("at once", _in(_ROUGH)),
    "all of it, minutes apart": Suite("at once", _in(replace(_ROUGH, gaps=(20.0, 60.0, 600.0)))),
}
