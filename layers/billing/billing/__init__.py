"""What the functions share: the Stripe client, the state and its order rule, the rules of access.

Imports no function, and nothing from `local/` or `tests/`.
"""
