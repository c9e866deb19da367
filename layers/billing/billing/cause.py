"""On whose behalf this process acts: a request of the API, an event of Stripe's, a run of a job.

Its id stands in every log line (`correlation_id`), and the whole of it in every part that is written meanwhile (`Part.source`). So from
a row one comes to the lines that tell how it came about, and from a line to the rows. There is one at a time: Lambda gives a
process one invocation after another, and a job's threads all work for the same run.
"""

from billing.log import logger

_cause = "unknown"


def begin(id_: str, kind: str = "") -> None:
    """`kind` is "request" or a job's name; Stripe's events need none, their ids say what they are."""
    global _cause
    _cause = f"{kind} {id_}".lstrip()
    logger().set_correlation_id(id_)


def cause() -> str:
    """As it is written down: `evt_...`, `request JKJaXmPLvHcESHA=`, `reconcile 8476a536-...`."""
    return _cause
