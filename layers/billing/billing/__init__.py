"""What the functions share: the Stripe client, the state and its order rule, the rules of access.

Imports no function, and nothing from `local/` or `tests/`.
"""

from billing import lazy, patterns

# Only a doubt, an errand and an error ask Stripe or look at its exceptions: an event that is simply stored loads nothing of it.
lazy.defer("stripe")
patterns.use()
