"""HTTP, keys, form decoding, idempotency, expanding, paging and errors. Nothing here knows a resource."""
