"""A day on which everybody renews, second by second, for one and for a hundred million subscribers: `python -m bench scale`.

Played with: Lambda's concurrency and how fast it grows, its cold starts, DynamoDB's partitions and their limit, Stripe's rate limit, and
reconcile's share of it as template.yaml gives it. What an event takes is measured (build/bench-seconds.json where there is one). Sources of
the limits stand beside them.
"""

import hashlib
import heapq
import math
import random
import re
from dataclasses import dataclass
from functools import cache

from bench.artefacts import ROOT
from bench.costs import CALL_SECONDS, PAGE_SECONDS
from billing.fetch import PAGE
from billing.reconcile.crew import HANDS, PORTION
from local.template.yaml_reader import read_yaml

DAY = 86_400
EVENTS = 3
"""Events of a renewal that we listen to: upcoming, paid, updated. The first comes days before, for everybody on one day too."""
FAILING = 0.08
"""Renewals that fail at first; each causes two events more (payment_failed, updated)."""

WHOLE_VCPU = 1769
"""Megabytes with which a function has one whole processor (Lambda developer guide, "Configure memory")."""
MEMORY_VCPU = 512 / WHOLE_VCPU
TABLE_SECONDS = 0.006
"""A DynamoDB write as seen from Lambda: "single-digit milliseconds"."""
SCALING, SCALING_SECONDS = 1_000, 10
"""Lambda adds so many execution environments of a function in so many seconds ("Understanding Lambda function scaling")."""
ACCOUNT = 1_000
"""Concurrent executions of an account, until one asks for more."""
IDLE_SECONDS = 300
"""An environment without work goes after some minutes."""

WRITE_UNITS = 2
"""Of a subscriber's item, 1.8 KB."""
PARTITION_UNITS = 1_000
"""Write units a second of one partition; and 10 GB (DynamoDB developer guide, "Partition key design")."""
PARTITION_BYTES, ITEM_BYTES = 10e9, 2_000

RETRY_SECONDS = 3_600
"""After which Stripe sends again what was refused, roughly; it goes on for three days."""


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time on the machine that measured."""

    warm: float
    cold: float

    def on_lambda(self, seconds: float) -> float:
        """Wall clock at 512 MB, less the table."""
        return seconds / MEMORY_VCPU


@dataclass(frozen=True)
class Share:
    """How fast reconcile goes through a list in which nothing differs, in pages: what bounds it, and what comes of that."""

    per_second: float
    """ReconcileCallsPerSecond."""
    max_calls: float
    """Of a run: ReconcileMaxCalls."""
    usable: float
    """Seconds of a run in which calls are made."""
    period: float
    """Seconds between the beginnings of two runs."""
    vcpu: float
    """Python's threads share one processor, if they have as much."""
    hands: int = HANDS

    @property
    def waiting(self) -> float:
        """Pages a second if all that a hand does were to wait: for the page, then for one read a portion of it."""
        return self.hands / (CALL_SECONDS + PAGE / PORTION * TABLE_SECONDS)

    @property
    def computing(self) -> float:
        """Pages a second that the processor can do."""
        return self.vcpu / PAGE_SECONDS

    @property
    def in_a_run(self) -> float:
        """Pages a second while one is at work."""
        return min(self.per_second, self.waiting, self.computing)

    @property
    def sustained(self) -> float:
        """Pages a second over hours, the pauses between runs included."""
        return min(self.max_calls, self.usable * self.in_a_run) / self.period

    def hours(self, objects: float) -> float:
        return objects / PAGE / self.sustained / 3_600


@cache
def share() -> Share:
    """As template.yaml and the function have it."""
    template = read_yaml(ROOT / "template.yaml")
    function = template["Resources"]["ReconcileFunction"]["Properties"]
    default = {name: template["Parameters"][f"Reconcile{name}"]["Default"] for name in ("CallsPerSecond", "MaxCalls", "Schedule")}
    minutes = re.fullmatch(r"rate\((\d+) minutes\)", default["Schedule"])
    reserve = re.search(r"^RESERVE_SECONDS = (\d+)$", (ROOT / "functions" / "reconcile" / "reconcile.py").read_text(), re.M)
    assert minutes
    assert reserve
    return Share(
        per_second=default["CallsPerSecond"],
        max_calls=default["MaxCalls"],
        usable=function["Timeout"] - int(reserve[1]),
        period=int(minutes[1]) * 60,
        vcpu=min(1.0, function["MemorySize"] / WHOLE_VCPU),
    )


@dataclass(frozen=True)
class Day:
    """What came out."""

    subscribers: int
    shape: str
    events: int
    peak_rate: float
    peak_concurrency: int
    cold_starts: int
    throttled: int
    done_after: float
    """Seconds after the last arrival at which the last event was stored."""
    partitions: int
    hottest: float
    """Write units a second of the busiest partition in the busiest second."""


def even(second: float) -> float:
    return 1.0


def human(second: float) -> float:
    """As people sign up: three times as many in the evening as at night."""
    return 1.0 + 0.5 * math.sin(2 * math.pi * (second / DAY - 0.375))


def one_hour(second: float) -> float:
    """As after an import with one billing anchor for all."""
    return DAY / 3_600 if second < 3_600 else 0.0


SHAPES = {"evenly": even, "as people sign up": human, "within one hour": one_hour}


def play(subscribers: int, shape: str, cost: Cost, limit: int = ACCOUNT, seed: int = 1) -> Day:
    """One day in steps of a second."""
    dice, curve = random.Random(seed), SHAPES[shape]
    mean = subscribers * (EVENTS + 2 * FAILING) / DAY
    warm = cost.on_lambda(cost.warm) + TABLE_SECONDS
    cold = cost.on_lambda(cost.cold) + TABLE_SECONDS
    environments = peak = starts = throttled = events = last = second = most_lately = 0
    peak_rate, room, starting = 0.0, float(SCALING), 0.0
    again: list[tuple[int, int]] = []
    while second < DAY or again:
        expected = mean * curve(second) if second < DAY else 0.0
        arrived = max(0, round(dice.gauss(expected, math.sqrt(expected)))) if expected else 0
        events += arrived
        wanted = arrived
        while again and again[0][0] <= second:
            wanted += heapq.heappop(again)[1]
        room = min(SCALING, room + SCALING / SCALING_SECONDS)
        # Arrivals within a second are Poisson too: so many run at once, but for one second in a thousand.
        running = wanted * warm
        needed = math.ceil(running + 3 * math.sqrt(running) + starting) if wanted else 0
        new = max(0, min(needed - environments, int(room), limit - environments))
        room -= new
        starts += new
        environments += new
        served = wanted if needed <= environments else min(wanted, int(max(0.0, environments - starting) / warm))
        starting = new * cold
        if served < wanted:
            throttled += wanted - served
            heapq.heappush(again, (second + round(RETRY_SECONDS * dice.uniform(0.5, 1.5)), wanted - served))
        if served:
            last = second
        most_lately = max(most_lately, needed)
        if second % IDLE_SECONDS == 0:
            environments, most_lately = min(environments, most_lately), 0
        peak, peak_rate = max(peak, environments), max(peak_rate, served)
        second += 1
    partitions = max(4, math.ceil(subscribers * ITEM_BYTES / PARTITION_BYTES), math.ceil(peak_rate * WRITE_UNITS / PARTITION_UNITS / 0.8))
    return Day(
        subscribers,
        shape,
        events,
        peak_rate,
        peak,
        starts,
        throttled,
        max(0, last - DAY),
        partitions,
        hottest_partition(round(peak_rate), partitions) * WRITE_UNITS,
    )


def hottest_partition(writes: int, partitions: int) -> int:
    """Of so many users who are written in one second, how many live in the fullest partition: their keys are hashed, as DynamoDB does."""
    load = [0] * partitions
    for user in range(writes):
        digest = hashlib.md5(f"user#{user}".encode(), usedforsecurity=False).digest()
        load[int.from_bytes(digest[:4], "big") * partitions >> 32] += 1
    return max(load)


def table(days: list[Day]) -> str:
    """As Markdown."""
    head = "subscribers, renewing", "events", "peak, a second", "concurrency", "cold starts", "refused, sent again"
    head += ("partitions", "the busiest, of 1,000 units")
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for day in days:
        cells = (
            f"{day.subscribers:,}, {day.shape}",
            f"{day.events:,}",
            f"{day.peak_rate:,.0f}",
            f"{day.peak_concurrency:,}",
            f"{day.cold_starts:,}",
            f"{day.throttled:,}",
            f"{day.partitions:,}",
            f"{day.hottest:,.0f}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
