"""Missed events heal: what the webhook did not get is found and repaired, by the same order rule.

`missed` goes through Stripe's list of events; `drift` through its list of subscriptions, more slowly and without the events;
`run` does as much of both as a run of the function has time and calls for, and the next run goes on from there.
"""

from billing.reconcile.budget import Budget, RunEnds
from billing.reconcile.run import begin_drift, run

__all__ = ["Budget", "RunEnds", "begin_drift", "run"]
