"""Names AWS would give to resources the local stack does not make, so that variables that mention them still have a value."""

from typing import Any

from local.template.intrinsics import PSEUDO_PARAMETERS

REGION = PSEUDO_PARAMETERS["AWS::Region"]
ACCOUNT = PSEUDO_PARAMETERS["AWS::AccountId"]
STACK = PSEUDO_PARAMETERS["AWS::StackName"]

_ARN = {
    "AWS::Serverless::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}",
    "AWS::Serverless::LayerVersion": f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{{}}:1",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{}}",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{{}}",
    "AWS::Events::EventBus": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{{}}",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{}}:*",
}
_REF_IS_ARN = {"AWS::Serverless::LayerVersion", "AWS::SNS::Topic"}
# Made by the local stack: a name before it exists would be a wrong one.
_PROVISIONED = {"AWS::DynamoDB::Table", "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient"}


def physical_name(logical_id: str, properties: dict[str, Any] | None = None) -> str:
    """The name a resource gets: the one its properties fix, else one made from the stack's name."""
    for key in ("FunctionName", "TableName"):
        fixed = (properties or {}).get(key)
        if isinstance(fixed, str):
            return fixed
    return f"{STACK}-{logical_id}"


def default_attribute(types: dict[str, str], resources: dict[str, Any], logical_id: str, attribute: str | None) -> str:
    """`Ref` (attribute None) or `Fn::GetAtt` of a resource nobody provided. Raises `LookupError` when it cannot be known."""
    kind = types.get(logical_id)
    if kind is None:
        if logical_id.endswith("Role") and logical_id.removesuffix("Role") in types and attribute in (None, "Arn"):
            # SAM makes one role a function.
            return physical_name(logical_id) if attribute is None else _ARN["AWS::IAM::Role"].format(physical_name(logical_id))
        raise LookupError(f"there is no {logical_id}")
    if kind in _PROVISIONED:
        raise LookupError(f"{logical_id} does not exist yet")
    name = physical_name(logical_id, resources[logical_id].get("Properties"))
    if attribute is None:
        return _ARN[kind].format(name) if kind in _REF_IS_ARN else name
    if attribute in ("Arn", "TopicArn") and kind in _ARN:
        return _ARN[kind].format(name)
    if kind == "AWS::S3::Bucket" and attribute in ("DomainName", "RegionalDomainName"):
        return f"{name.lower()}.s3.{REGION}.amazonaws.com"
    raise LookupError(f"the local stack cannot know {attribute} of {logical_id} ({kind})")
