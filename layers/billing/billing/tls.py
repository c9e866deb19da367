"""One TLS context for all that a function calls: DynamoDB, SSM, Cognito, Stripe.

In the built layer every root stands in a file of its own, of which OpenSSL reads the one it needs (layers/billing/shake/roots.py).
From the sources it is the bundle that botocore itself would take.
"""

import ssl
from functools import cache, partialmethod
from pathlib import Path
from typing import Any, cast

from botocore import httpsession
from botocore.endpoint import EndpointCreator
from urllib3.util.ssl_ import create_urllib3_context

from billing import snapshot

_ROOTS = Path(__file__).parents[1] / "billing_roots"


@cache
def context() -> ssl.SSLContext:
    made = create_urllib3_context()
    if _ROOTS.is_dir():
        made.load_verify_locations(capath=str(_ROOTS))
    else:
        made.load_verify_locations(cafile=httpsession.where())
    return made


_BotocoreSession: Any = httpsession.URLLib3Session  # its type stubs leave out what is overridden here


class _Session(_BotocoreSession):
    """botocore's HTTP session with our context. Its own parses a whole bundle for each connection.

    A bundle that an operator names (AWS_CA_BUNDLE, or `ca_bundle` in a profile) is honoured as ever.
    """

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)  # pyright: ignore[reportUnknownMemberType]
        snapshot.after_restore(self.close)  # the connections, not the session

    def _get_ssl_context(self) -> ssl.SSLContext:
        return context() if self._verify is True else cast(ssl.SSLContext, super()._get_ssl_context())  # pyright: ignore[reportUnknownMemberType]

    def _setup_ssl_cert(self, conn: Any, url: str, verify: Any) -> None:
        if verify is True:
            conn.cert_reqs = "CERT_REQUIRED"
        else:
            super()._setup_ssl_cert(conn, url, verify)  # pyright: ignore[reportUnknownMemberType]


def share_with_botocore() -> None:
    """Every client that botocore makes from now on, pynamodb's too, connects by our context: there is no option for it."""
    creator: Any = EndpointCreator
    creator.create_endpoint = partialmethod(EndpointCreator.create_endpoint, http_session_cls=_Session)
