"""What a month costs on AWS, in US dollars, as a function of subscribers. docs/costs.md has the table that `python bench/costs.py` prints.

Prices: us-east-1, arm64, on demand, November 2026, without anybody's discounts; where each is from stands in docs/costs.md.
Usage: what docs/calls.md counts, times the habits of a subscriber below, which are the only guesses. Change them to yours.
"""

import argparse
from collections.abc import Iterable

MILLION = 1_000_000
GB = 1_000_000_000
SECONDS = 30 * 86_400
"""Of the month that all this is about."""

# ------------------------------------------------------------------- habits: a subscriber's month
EVENTS = 4.0
"""Stripe's events that we listen to: three a renewal (upcoming, paid, updated), one for all else (cards, failures, changes)."""
TELLING = 1.2
"""Of them, those that the event bus is told of (docs/events.md): each renewal, and some changes."""
READS = 20.0
"""Requests answered from the table: GET /account, GET /entitlements."""
ASKING = 0.5
"""Requests that ask Stripe: a purchase, a preview, a change, a list of invoices."""
VISITS, FILES, VISIT_BYTES = 2.0, 25.0, 90_000.0
"""To the site: visits, files a visit, bytes a visit as compressed and half of them cached by the browser."""

# ------------------------------------------------------------------- what one of these takes
MEMORY_GB, RECONCILE_GB = 0.5, 1769 / 1024
READ_SECONDS, EVENT_SECONDS, ASKING_SECONDS, ENRICHMENT_SECONDS = 0.015, 0.025, 0.600, 0.005
COLD_SHARE, COLD_SECONDS = 0.01, 0.6
"""One invocation in a hundred starts a process; Lambda bills that time too."""
ITEM_BYTES = 2_000
"""A subscriber with one plan and one card has 1.8 KB in the table: two write units (1 KB each), one read unit (4 KB)."""
NAMELESS = 3.0
"""Of a month's events those that name only a customer (invoices, cards): the webhook reads whose customer it is, once a process."""
LAMBDA_LOG, EVENT_LOG, STRIPE_LOG, API_LOG, METRIC_LOG = 500, 310, 330, 270, 230
"""Bytes of a log line: Lambda's start and report together, of each invocation; ours of an event, of a call to Stripe; API Gateway's of a
request; an event's metric."""
ANSWER_BYTES = 2_000
SWEEPS, SWEEP_CALLS, CALL_SECONDS, PAGE_SECONDS = 288 * 30, 3_000, 0.3, 0.15
"""Runs of reconcile a month, the calls to Stripe one may make, how long a call takes, and a page where nothing differs: processor time,
which eight hands waiting for pages share. Measured with 10,000 subscriptions whose items have six parts, 3.2 KB in JSON: 1.5 ms each."""
PAGE = 100
"""Objects in a page of Stripe's lists."""
LISTED = 3
"""How often an event is listed: sweeps begin every five minutes and ten minutes back."""
SCAN_READS, SWEEP_READS, SWEEP_READS_NAMELESS = 1, 1, 2
"""Items that reconcile reads for a subscription of the drift scan, for an event that names its user, and for one that does not."""
SWEEP_WRITES, SAVE_SECONDS = 5, 2.0
"""Writes of a run that finds nothing to do (the lease twice, how far it got), and how often a longer one saves."""
METRICS, ALARMED = 24, 18
"""Metrics of our own, one a name and outcome; and what the alarms watch, which is billed by the metric."""
SECRET_SECONDS = 300
"""How often a process reads its secrets again."""
SHARDS, SHARD_BYTES, SHARD_POLLS = 4, 10 * GB, 4.0
"""A new on-demand table has four partitions, each a shard of the stream; one more for every 10 GB. A Pipe asks each four times a second."""

# ------------------------------------------------------------------- prices
_INFINITE = float("inf")
HTTP_API = ((300 * MILLION, 1.00 / MILLION), (_INFINITE, 0.90 / MILLION))
LAMBDA_REQUEST, LAMBDA_GB_SECOND = 0.20 / MILLION, 0.0000133334
SNAPSHOT_GB_SECOND, RESTORED_GB = 0.0000015046, 0.0001397998
"""SnapStart for Python: a published version's snapshot while it is kept, and each start from it."""
WRITE_UNIT, READ_UNIT, STREAM_READ = 0.625 / MILLION, 0.125 / MILLION, 0.02 / 100_000
TABLE_GB, BACKUP_GB = 0.25, 0.20
PIPE, BUS_EVENT = 0.40 / MILLION, 1.00 / MILLION
KMS_KEY, KMS_REQUEST = 1.00, 0.03 / 10_000
LOGS = ((10_000.0, 0.50), (20_000.0, 0.25), (20_000.0, 0.10), (_INFINITE, 0.05))
METRIC, ALARMED_METRIC, DASHBOARD = 0.30, 0.10, 3.00
CDN_REQUEST = 1.00 / MILLION
CDN_GB = ((10_000.0, 0.085), (40_000.0, 0.080), (100_000.0, 0.060), (350_000.0, 0.040), (_INFINITE, 0.030))
OUT_GB = ((10_000.0, 0.09), (40_000.0, 0.085), (100_000.0, 0.07), (_INFINITE, 0.05))
ESSENTIALS = ((10_000, 0.0), (_INFINITE, 0.015))
LITE = ((10_000, 0.0), (90_000, 0.0055), (900_000, 0.0046), (9_000_000, 0.00325), (_INFINITE, 0.0025))


SHOWN = [1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]
"""Subscribers, in the page's table."""


def bill(subscribers: float) -> dict[str, float]:
    """US dollars of a month, by service. No free tier is taken off but Cognito's, which has no other first price."""
    events, reads, asking, told = (each * subscribers for each in (EVENTS, READS, ASKING, TELLING))
    requests = reads + asking
    # Reconcile reads each event's customer, and once a day every subscriber, as far as its share of Stripe's limit goes.
    swept = min(subscribers * 30, SWEEPS * SWEEP_CALLS * PAGE)
    listed = (events * LISTED + swept) / PAGE
    reconcile_seconds = listed * PAGE_SECONDS + SWEEPS
    enriched = events  # nearly every event writes the item; at worst each record comes alone
    invocations = requests + events + enriched + SWEEPS
    seconds = (
        reads * READ_SECONDS
        + asking * ASKING_SECONDS
        + events * EVENT_SECONDS
        + enriched * ENRICHMENT_SECONDS
        + reconcile_seconds * RECONCILE_GB / MEMORY_GB
        + invocations * COLD_SHARE * COLD_SECONDS
    )
    writes = events + asking * 2
    saves = SWEEPS * SWEEP_WRITES + listed * PAGE_SECONDS / SAVE_SECONDS
    nameless = NAMELESS * subscribers
    swept_reads = swept * SCAN_READS + LISTED * ((events - nameless) * SWEEP_READS + nameless * SWEEP_READS_NAMELESS)
    table_bytes = subscribers * ITEM_BYTES
    shards = max(SHARDS, table_bytes / SHARD_BYTES)
    # At least one process a function lives; each asks for its two secrets when they are five minutes old.
    processes = max(20.0, seconds / SECONDS * 2)
    logged = invocations * LAMBDA_LOG + requests * API_LOG + asking * STRIPE_LOG + events * (EVENT_LOG + METRIC_LOG)
    return {
        "API Gateway": tiered(HTTP_API, requests),
        "Lambda": invocations * LAMBDA_REQUEST + seconds * MEMORY_GB * LAMBDA_GB_SECOND,
        "DynamoDB": (writes + saves) * units(ITEM_BYTES, 1024) * WRITE_UNIT
        + (reads + asking * 2 + nameless + swept_reads) * units(ITEM_BYTES, 4096) * READ_UNIT
        + table_bytes / GB * (TABLE_GB + BACKUP_GB),
        "Stream and Pipe": shards * SHARD_POLLS * SECONDS * STREAM_READ + writes * PIPE,
        "EventBridge": told * BUS_EVENT,
        "SSM and KMS": KMS_KEY + processes * 2 * SECONDS / SECRET_SECONDS * KMS_REQUEST,
        "CloudWatch": tiered(LOGS, logged / GB) + METRICS * METRIC + ALARMED * ALARMED_METRIC + DASHBOARD,
        "CloudFront": subscribers * VISITS * FILES * CDN_REQUEST + tiered(CDN_GB, subscribers * VISITS * VISIT_BYTES / GB),
        "Data out": tiered(OUT_GB, requests * ANSWER_BYTES / GB),
        "Cognito (Lite)": tiered(LITE, subscribers),
    }


def snap_start(functions: int, cold_starts: float, versions: int = 1) -> tuple[float, float]:
    """US dollars of a month of SnapStart: for keeping the snapshots of so many versions of each function, and for starting from them."""
    return functions * versions * MEMORY_GB * SECONDS * SNAPSHOT_GB_SECOND, cold_starts * MEMORY_GB * RESTORED_GB


def essentials(subscribers: float) -> float:
    """US dollars of a month of Cognito's plan Essentials, what a pool is on unless told otherwise."""
    return tiered(ESSENTIALS, subscribers)


def tiered(tiers: Iterable[tuple[float, float]], amount: float) -> float:
    """The price of an amount, when the first so many cost this each, the next so many that."""
    total = 0.0
    for size, price in tiers:
        taken = min(amount, size)
        total += taken * price
        amount -= taken
    return total


def units(size: int, unit: int) -> int:
    """How many units an item of so many bytes is billed as."""
    return -(-size // unit)


def table(sizes: Iterable[int]) -> str:
    """Markdown: one column a number of subscribers, one row a service, and what comes of them."""
    sizes = list(sizes)
    bills = [bill(size) for size in sizes]
    totals = [sum(each.values()) for each in bills]
    rows = {service: [each[service] for each in bills] for service in bills[0]}
    rows["**together**"] = totals
    rows["a thousand subscribers"] = [total * 1000 / size for total, size in zip(totals, sizes, strict=True)]
    rows["*Cognito's Essentials instead of Lite*"] = [essentials(size) for size in sizes]
    lines = ["| US dollars a month | " + " | ".join(f"{size:,}" for size in sizes) + " |", "|---|" + "---:|" * len(sizes)]
    lines += [f"| {name} | " + " | ".join(map(dollars, amounts)) + " |" for name, amounts in rows.items()]
    return "\n".join(lines)


def dollars(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python bench/costs.py", description="A month on AWS in US dollars, by service.")
    parser.add_argument("subscribers", type=int, nargs="*", default=SHOWN)
    print(table(parser.parse_args().subscribers))


if __name__ == "__main__":
    main()
