"""What the functions share: the Stripe client, the state and its order rule, the rules of access.

Imports no function, and nothing from `local/` or `tests/`.
"""

import gc

from billing import lazy, patterns

# How many objects more there must be before Python looks for cycles among them; as it comes, 2,000. A function imports 60,000, all of which
# stay, and to walk through them time and again while they come is 4 % of a cold start. Cycles that wait hold some 20 MB at most.
gc.set_threshold(100_000, 10, 10)


def _quiet(*libraries: str) -> None:
    import logging  # compiles patterns: not before the table of them is in use

    # Each line would ask asyncio for its task, and the first one load it. (Python 3.11 does not, and does not know the name.)
    setattr(logging, "logAsyncioTasks", False)  # noqa: B010
    for library in libraries:
        logging.getLogger(library).setLevel(logging.WARNING)


# Only a doubt, an errand and an error ask Stripe or look at its exceptions: an event that is simply stored loads nothing of it.
# stripe-python imports asyncio for its asynchronous clients, which are not used.
lazy.defer("stripe", "asyncio")
patterns.use()
# At INFO, which on Lambda is lines that somebody pays for, they tell of every request and credential; pynamodb while it is imported.
_quiet("botocore", "pynamodb", "stripe")
