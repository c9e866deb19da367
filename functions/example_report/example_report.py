"""GET /example-report: how a Lambda of your own asks for a feature. Delete it, or copy it."""

from billing.endpoint import Answer, Nothing, Request, endpoint
from billing.gate import require_feature


@endpoint(Nothing)
def handler(request: Request[Nothing]) -> Answer:
    require_feature(request.caller, "extended_features")
    return {"report": "Only subscribers whose plan includes the extended features read this."}
