"""A storm over the whole local stack: everybody at once, deliveries lost, doubled, late and shuffled, functions killed at random.

Then the weather is fine again, reconcile runs once, and every user's item is compared with Stripe field by field.

Exit status: 0 nothing differs, nobody has two live subscriptions, every charge is accounted for once; 1 otherwise.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.children import ROOT
from local.lambdas.environment import Endpoints, environment
from local.ports import Ports
from local.stack import LocalStack
from tests.chaos.lives import Life, Told
from tests.support.people import Stripe

Json = dict[str, Any]

WEATHER: Json = {"drop": 0.3, "duplicate": 0.3, "reorder": 0.3, "delay": 2.0}
AT_ONCE = 16
KILL_EVERY_SECONDS = 1.5
"""On average."""
RECONCILE_RUNS = 10
PARAMETERS = {"ReconcileCallsPerSecond": "500", "ReconcileMaxCalls": "100000"}
"""The stand-in has no rate limit, so one run can heal all of it."""


@dataclass
class Outcome:
    """What came of a storm."""

    users: int = 0
    seconds: float = 0.0
    kills: int = 0
    deliveries: Json = field(default_factory=dict)
    told: Told = field(default_factory=Told)
    reconciled: Json = field(default_factory=dict)
    compared: Json = field(default_factory=dict)
    money: Json = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def storm(stack: LocalStack, users: int, seed: int, show: bool = False) -> Outcome:
    """Lets it rage and reports what is left. The stack must be fresh: all its users are compared."""
    stripe, outcome, began = Stripe(stack), Outcome(users), time.monotonic()
    _reconcile(stack)  # as on the day of the deployment: from here on it has a cursor
    stripe.control("webhooks/policy", {"workers": 6, "attempts": 6, "backoff": 0.3})
    stripe.control("webhooks/faults", WEATHER | {"seed": seed})
    lives = [Life(stack, stripe, number, seed, outcome.told) for number in range(users)]
    with _killing(stack, random.Random(seed), outcome), ThreadPoolExecutor(AT_ONCE) as pool:
        for done, _ in enumerate(pool.map(Life.live, lives), start=1):
            _progress(f"{done:>4} of {users} lives, {outcome.kills} kills", show)
    stripe.control("webhooks/faults", {})
    _progress("waiting for the deliveries that are under way", show)
    while not stripe.control("webhooks/drain", {"timeout": 60})["idle"]:
        pass
    outcome.deliveries = _deliveries(stripe)
    _progress("reconciling", show)
    outcome.reconciled = _reconcile(stack)
    _progress("comparing", show)
    outcome.compared = _compare(stack)
    outcome.money = _money(stripe, lives, outcome.problems)
    outcome.problems += outcome.told.unexpected + outcome.compared["differences"]
    if outcome.compared["users"] != users:
        outcome.problems.append(f"{outcome.compared['users']} users are stored")
    outcome.seconds = time.monotonic() - began
    _progress("", show)
    return outcome


@contextmanager
def _killing(stack: LocalStack, dice: random.Random, outcome: Outcome) -> Iterator[None]:
    """Meanwhile some function's process, with all that it started, ends every now and then, whatever it is doing."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(dice.uniform(0, 2 * KILL_EVERY_SECONDS)):
            pids = stack.worker_pids()
            if pids:
                try:
                    os.killpg(dice.choice(pids), signal.SIGKILL)
                    outcome.kills += 1
                except ProcessLookupError:
                    pass  # it has ended since

    killer = threading.Thread(target=kill, name="killer")
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()


def _reconcile(stack: LocalStack) -> Json:
    """One reconcile: as many runs as it needs within its own bounds. The sum of what they did."""
    total = {"runs": 0, "listed": 0, "fetched": 0, "repaired": 0, "skipped": 0}
    for _ in range(RECONCILE_RUNS):
        result = stack.invoke("ReconcileFunction", {"mode": "events"})
        assert not result.failed, result.payload
        reports = json.loads(result.payload).values()
        total["runs"] += 1
        for report in reports:
            for name in ("listed", "fetched", "repaired", "skipped"):
                total[name] += report[name]
        if not any(report["stopped"] for report in reports):
            return total
    raise AssertionError(f"not done after {RECONCILE_RUNS} runs: {total}")


def _compare(stack: LocalStack) -> Json:
    function = next(each for each in stack.template.functions if each.logical_id == "ReconcileFunction")
    given = environment(function, endpoints=Endpoints(stack.aws_url, None), runtime_api="")
    # The sources, also where the functions run as built: their layer cannot scan a table.
    given["PYTHONPATH"] = f"{ROOT / 'layers' / 'billing'}{os.pathsep}{ROOT}"
    given["AWS_ACCESS_KEY_ID"] = "local"  # the operator's: no function's role may read the whole table
    command = [sys.executable, "-m", "tests.chaos.differences"]
    *_, last = subprocess.run(command, env=given, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout.splitlines()
    return json.loads(last)  # above it is the layer's own log


def _deliveries(stripe: Stripe) -> Json:
    rows = stripe.control("webhooks/deliveries?limit=1000000", method="GET")["deliveries"]
    counted = {status: sum(row["status"] == status for row in rows) for status in ("delivered", "dropped", "failed")}
    return counted | {"tried again": sum(max(0, len(row["attempts"]) - 1) for row in rows)}


def _money(stripe: Stripe, lives: list[Life], problems: list[str]) -> Json:
    """Looks at each customer in Stripe, past the app."""
    upgrades = {life.email: life.upgrades for life in lives}
    total = {"customers": 0, "subscriptions": 0, "live": 0, "invoices paid": 0, "charges": 0}
    for customer in stripe.client.v1.customers.list({"limit": 100}).auto_paging_iter():
        email = customer.email or ""
        named: Any = {"customer": customer.id, "limit": 100}
        subscriptions = stripe.client.v1.subscriptions.list(named | {"status": "all"}).data
        live = [each for each in subscriptions if each.status not in ("canceled", "incomplete_expired")]
        invoices = stripe.client.v1.invoices.list(named).data
        paid = [invoice for invoice in invoices if invoice.amount_paid > 0]
        charges = [charge for charge in stripe.client.v1.charges.list(named).data if charge.status == "succeeded"]
        first = [invoice for invoice in invoices if invoice.billing_reason == "subscription_create"]
        changed = [invoice for invoice in paid if invoice.billing_reason == "subscription_update"]
        total["customers"] += 1
        total["subscriptions"] += len(subscriptions)
        total["live"] += len(live)
        total["invoices paid"] += len(paid)
        total["charges"] += len(charges)
        if len(live) > 1:
            problems.append(f"{email} has {len(live)} live subscriptions")
        if len(first) != len(subscriptions):
            problems.append(f"{email} has {len(subscriptions)} subscriptions and {len(first)} first invoices")
        if len(changed) > upgrades[email]:
            problems.append(f"{email} asked for {upgrades[email]} upgrades and was billed for {len(changed)}")
        if sorted(invoice.amount_paid for invoice in paid) != sorted(charge.amount for charge in charges):
            problems.append(f"{email}: the charges are not those of the invoices")
    if total["customers"] != len(lives):
        problems.append(f"{len(lives)} people, {total['customers']} customers")
    return total


# ------------------------------------------------------------------------------------------------------------ the table


def _progress(text: str, show: bool) -> None:
    if show and sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def table(outcome: Outcome) -> str:
    answers: dict[str, int] = {}
    for (_, answer), count in outcome.told.counts.items():
        answers[answer] = answers.get(answer, 0) + count
    rows = {
        "users": f"{outcome.users} in {outcome.seconds:.0f} s",
        "functions killed": str(outcome.kills),
        "deliveries": _listed(outcome.deliveries),
        "answers": _listed(dict(sorted(answers.items()))),
        "reconcile": _listed(outcome.reconciled),
        "in Stripe": _listed(outcome.money),
        "parts compared": str(outcome.compared["parts"]),
        "differences": str(len(outcome.compared["differences"])),
        "problems": str(len(outcome.problems)),
    }
    width = max(map(len, rows))
    return "\n".join(f"{name:{width}}  {value}" for name, value in rows.items())


def _listed(counts: Json) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos.full_stack", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, default=200, metavar="N", help="how many (200)")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="what they want, and the weather; not when the machine does it (0)"
    )
    arguments = parser.parse_args()
    with LocalStack(ports=Ports.free(), environment={}, parameters=PARAMETERS) as stack:
        outcome = storm(stack, arguments.users, arguments.seed, show=True)
    print(table(outcome))
    for problem in outcome.problems:
        print(problem)
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
