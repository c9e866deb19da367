"""On a schedule: finds what the webhook missed and repairs it (`billing.reconcile`).

Every few minutes with `{"mode": "events"}`: goes on with the search through Stripe's events, then with a drift scan if one is
under way. Once a day with `{"mode": "drift"}`: begins such a scan. A run that has had its share ends; the next one goes on.
"""

from typing import Any, Protocol

from billing.cause import begin
from billing.reconcile import Budget, begin_drift, run
from billing.settings import settings

RESERVE_SECONDS = 35
"""Left at the end for the call that is under way, retries included, and for saving how far the run got."""


class Context(Protocol):
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """What the run did, by list. Raises when the next run would fail as well: that is what the alarm on errors is for."""
    begin(context.aws_request_id, "reconcile", context)
    mode = event.get("mode", "events")
    if mode not in ("events", "drift"):
        raise ValueError(f"mode is {mode!r}; events or drift is expected")
    if mode == "drift":
        begin_drift()
    budget = Budget(
        max_calls=settings.reconcile_max_calls,
        seconds=context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS,
        per_second=settings.reconcile_calls_per_second,
    )
    return {name: report.as_json() for name, report in run(budget).items()}
