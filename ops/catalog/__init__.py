"""The catalogue as code: `wanted` reads catalog.toml, `changes` says what Stripe needs to match it, and does it."""
