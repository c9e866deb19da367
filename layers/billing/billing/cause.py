"""On whose behalf this process acts: a request of the API, an event of Stripe's, a run of a job.

Its id stands in every log line (`correlation_id`), and the whole of it in every part that is written meanwhile (`Part.source`). So from
a row one comes to the lines that tell how it came about, and from a line to the rows. There is one at a time: Lambda gives a
process one invocation after another, and a job's threads all work for the same run.
"""

from billing.log import logger

FETCHED = " (fetched)"
"""Ends a part's `source` when Stripe was asked for it."""

_cause = "unknown"
_silent = True
"""Whether no line has been written yet on its behalf that an invocation which is killed would leave."""


def begin(id_: str, kind: str = "", context: object = None) -> None:
    """`kind` is "request" or a job's name; Stripe's events need none, their ids say what they are. `context` is Lambda's where an
    invocation begins; without it the present one, or an operator's command, goes on for another cause."""
    global _cause, _silent
    _cause, _silent = f"{kind} {id_}".lstrip(), True
    keys: dict[str, str | None] = {"correlation_id": id_, "user": None, "customer": None}
    if context is not None:
        keys["function_name"] = getattr(context, "function_name", None)
        keys["function_request_id"] = getattr(context, "aws_request_id", None)
    logger().append_keys(**keys)


def cause() -> str:
    """As it is written down: `evt_...`, `request JKJaXmPLvHcESHA=`, `reconcile 8476a536-...`."""
    return _cause


def correlation_id(source: str) -> str:
    """The id that stood in the lines of whatever wrote a part with this `source`."""
    written = source.removesuffix(FETCHED)
    first, _, rest = written.partition(" ")
    return first if first.startswith("evt_") else rest or written


def concern(*, user: str | None = None, customer: str | None = None) -> None:
    """From here on the lines name whom it is about: ids (a Cognito `sub`, Stripe's `cus_...`), never a person."""
    logger().append_keys(user=user, customer=customer)


def announce(what: str) -> None:
    """One line before the first thing that may outlast the invocation. One that is killed (out of time, out of memory) says no more than
    its request's id by itself; by this line that leads to the cause. What is simply stored is over before it could be."""
    global _silent
    if _silent:
        _silent = False
        logger().info(what)
