"""What another request is about to write is waited for, a little: it is half a second away, or it will never come."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_SECONDS, PAUSE_SECONDS = 4.0, 0.05

Seen = TypeVar("Seen")


def soon(look: Callable[[], Seen | None], patience: float = PATIENCE_SECONDS) -> Seen | None:
    """What `look` finds as soon as that is something; None if it takes longer than `patience` seconds, as when its writer died."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(PAUSE_SECONDS)
    return None
