"""The catalogue as code.

`wanted` is catalog.toml, `account` what Stripe has, `changes` the steps from the one to the other, `export` the way back.
"""
