"""A stateful stand-in for Stripe's subscriptions API, with a clock, signed webhooks and a stand-in for Stripe.js.

    python -m local.fake_stripe --port 12111

What it covers, what it does not and how that was checked: README.md beside this file. Nothing here is imported by deployed code.
"""
