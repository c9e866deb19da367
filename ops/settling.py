"""The wait after a new secret was stored.

A function that meets a signature it does not know looks at SSM again, unless it did so in the last RECHECK_SECONDS. After that long
every function that runs knows the new secret, or finds it at the first delivery that is signed with it: FRESH_SECONDS, after which a
function looks in any case, need not be waited for.
"""

import time

from billing.secrets import RECHECK_SECONDS
from ops.screen import Stopwatch, bar, progress

MARGIN_SECONDS = 2
"""For the write to be seen by every reader, and a look that was just under way."""


def wait(seconds: float = RECHECK_SECONDS + MARGIN_SECONDS) -> None:
    clock = Stopwatch()
    with progress(lambda: f"{bar(clock.seconds / seconds)} until every function knows the new secret"):
        time.sleep(seconds)
