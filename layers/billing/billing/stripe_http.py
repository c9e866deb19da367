"""How stripe-python reaches Stripe: over urllib3, which botocore brings along, with the TLS context that the table's client uses.

stripe-python's own client for `requests` costs another 100 ms of imports and a TLS context of its own; the one for the standard library
opens a connection for every call.
"""

from collections.abc import Mapping
from typing import Any

import stripe
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.exceptions import HTTPError, SSLError

from billing import snapshot, tls
from billing.log import count

MOST_CONNECTIONS = 16
"""Kept open at once: reconcile asks from several threads."""


class PooledClient(stripe.HTTPClient):
    """Connections stay open between calls. stripe-python itself decides about retries, by `should_retry` and the status."""

    name = "urllib3"

    def __init__(self, connect_seconds: float, read_seconds: float, proxy: str | None = None) -> None:
        """`proxy` is the URL of the one that leads to Stripe, if there is one."""
        super().__init__()  # pyright: ignore[reportUnknownMemberType]
        timeout = Timeout(connect=connect_seconds, read=read_seconds)
        options: Any = {"maxsize": MOST_CONNECTIONS, "timeout": timeout, "retries": False, "ssl_context": tls.context()}
        self._pool = ProxyManager(proxy, **options) if proxy else PoolManager(**options)
        snapshot.after_restore(self.close)

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, *, _usage: list[str] | None = None
    ) -> tuple[str, int, Mapping[str, str]]:
        """Raises `stripe.APIConnectionError` when there is no whole answer."""
        try:
            answer = self._pool.request(method.upper(), url, body=post_data, headers=headers)
        except HTTPError as error:
            # A certificate that is not trusted will not be trusted a second later.
            raise stripe.APIConnectionError(
                f"Stripe cannot be reached ({type(error).__name__}: {error})", should_retry=not isinstance(error, SSLError)
            ) from error
        if answer.status >= 400:
            count("StripeRefused", status=str(answer.status))  # each attempt: of those that are made again nobody else hears
        return answer.data.decode(), answer.status, answer.headers

    def close(self) -> None:
        self._pool.clear()
