"""Around SnapStart's snapshot: what is made ready before it, and what must not outlive it.

Each module registers its own steps. Lambda's runtime has the hooks (Lambda developer guide, "Lambda SnapStart runtime hooks for Python")
and runs them for a version that is started from a snapshot, and for no other.

    before the snapshot    modules, clients and the TLS context are loaded, secrets read and the table asked once (by the webhook also
                           for a write that cannot be), so that all that is loaded on the way is there
    after a restore        connections are dropped, and secrets are as old as the snapshot: read anew when that is too old. What is
                           random is seeded anew. (uuid4 and TLS take their bytes from the system, which does so itself.)
"""

import random
from collections.abc import Callable

Step = Callable[[], object]


def before_snapshot(step: Step) -> None:
    """`step` makes something ready. Where it fails, the first event does it: a stage can be deployed before its secrets are stored."""
    _register("register_before_snapshot", lambda: _attempt(step))


def after_restore(step: Step) -> None:
    """`step` forgets or renews something, and must not fail."""
    _register("register_after_restore", step)


def _attempt(step: Step) -> None:
    try:
        step()
    except Exception:
        from billing.log import logger

        logger().warning("Not made ready before the snapshot", exc_info=True)


def _register(hook: str, step: Step) -> None:
    try:
        import snapshot_restore_py  # pyright: ignore[reportMissingTypeStubs] - Lambda's runtime brings it
    except ImportError:
        return  # another runtime, which takes no snapshots
    getattr(snapshot_restore_py, hook)(step)


after_restore(random.seed)
