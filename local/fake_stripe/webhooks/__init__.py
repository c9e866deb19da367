"""Webhook deliveries: signed, retried, and deliberately made worse when a test asks for it."""
