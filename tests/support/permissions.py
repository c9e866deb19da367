"""The permissions of Stripe's restricted keys, as docs/security.md has them."""

import re

from local.children import ROOT

_ROW = re.compile(r"^\| ([A-Z][\w ]+: (?:Read|Write)) \| `(\w+)` \|", re.M)


def documented(whose: str) -> dict[str, str]:
    """Of the `functions`, or for `deploying`: from the Dashboard's name of each permission to the API's."""
    section = (ROOT / "docs" / "security.md").read_text().partition("## Stripe's keys")[2]
    functions, _, deploying = section.partition("For deploying")
    return dict(_ROW.findall({"functions": functions, "deploying": deploying}[whose]))
