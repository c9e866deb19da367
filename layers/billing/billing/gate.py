"""For the app's own Lambdas: may this user use this feature? One GetItem, no call to Stripe.

@endpoint(Nothing)
def handler(request):
    require_feature(request.caller, "extended_features")
    ...
"""

import time

from billing.access import granted_features
from billing.endpoint import Caller
from billing.errors import Forbidden
from billing.settings import settings
from billing.state import store


def features_of(user: str) -> list[str]:
    """Lookup keys of the features that the user (a Cognito `sub`) may use now."""
    known = store.read(user)
    return granted_features(known, time.time(), settings.grace_seconds) if known else []


def require_feature(caller: Caller, feature: str) -> None:
    """Raises `Forbidden` unless the caller's plan includes the feature."""
    if feature not in features_of(caller.id):
        raise Forbidden("feature_required", f"Your plan does not include {feature}.")
