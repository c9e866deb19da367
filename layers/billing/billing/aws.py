"""AWS by botocore: one session, which pynamodb uses too, and clients for SSM and Cognito. boto3 adds nothing that is used here."""

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from billing import tls

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session


@cache
def session() -> "Session":
    """One for all clients: each of its own would register botocore's handlers anew, a tenth of a cold start."""
    from botocore import __version__
    from botocore.config import Config
    from botocore.session import get_session

    tls.share_with_botocore()
    made = get_session()
    # botocore would put its own together twice for each request: the system, the processor, the features in use.
    made.set_default_client_config(Config(user_agent=f"Botocore/{__version__} recur"))
    return made


def client(service: str, config: "Config | None" = None) -> Any:
    """A client of a service whose operations are listed in layers/billing/shake/models.py."""
    return cast(Any, session()).create_client(service, config=config)
