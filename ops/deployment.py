"""The deployment that an operator's command is about: its table, its stage and, by reference, its own Stripe key.

Commands run the deployed code itself, so what they see and do is what the app sees and does. It reads its settings from the
environment: STAGE and TABLE_NAME must be given (they are in the stack's outputs), the rest follows from them. AWS is found as by
every AWS tool (profile, region, credentials).
"""

import os
from collections.abc import MutableMapping

from billing.release import NEWEST


class NotSetUp(Exception):
    """The environment does not say which deployment; the message says what to set."""


def use(environment: MutableMapping[str, str] = os.environ) -> None:
    """Completes the environment for the layer's code. Raises `NotSetUp`."""
    missing = [name for name in ("STAGE", "TABLE_NAME") if not environment.get(name)]
    if missing:
        raise NotSetUp(f"Set {' and '.join(missing)} to those of the deployment (see the outputs of its stack).")
    region = environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION")
    if region:
        environment["AWS_DEFAULT_REGION"] = region  # the only one that pynamodb knows
    defaults = {
        "STRIPE_SECRET_KEY_PARAMETER": f"/recur/{environment['STAGE']}/stripe/secret-key",
        "STRIPE_API_BASE": "https://api.stripe.com",
        "STRIPE_API_VERSION": NEWEST,
        "PAST_DUE_GRACE_DAYS": "14",
        "POWERTOOLS_SERVICE_NAME": "recur-ops",
        # The layer logs and counts on standard output, which is the command's own here.
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }
    for name, value in defaults.items():
        environment.setdefault(name, value)
