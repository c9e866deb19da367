"""Takes secrets out of a text that others wrote: an error of a library may quote the header or the argument that it stumbled over."""

import re

_SECRETS = re.compile(
    r"\b((?:sk|rk)_(?:live|test)_|whsec_)\w+"  # Stripe's keys and signing secrets
    r"|\b(\w+_secret_)\w+"  # client secrets
    r"|\b(AKIA|ASIA)[0-9A-Z]{12,}"  # AWS access key ids
)


def redacted(text: str) -> str:
    """What is left of a secret is what kind it was."""
    return _SECRETS.sub(lambda found: f"{next(kind for kind in found.groups() if kind)}…", text)
