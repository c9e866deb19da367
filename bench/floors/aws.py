"""DynamoDB and SSM by the standard library: a request signed by hand over a connection that stays, its answer checked.

Signing as in the IAM user guide, "Create a signed AWS API request".
"""

import patterns  # noqa: F401 - before the standard library compiles its own

# isort: split
import hashlib
import hmac
import http.client
import json
import os
import ssl
import time
from functools import cache

SERVICES = {"dynamodb": ("DynamoDB_20120810", "application/x-amz-json-1.0"), "ssm": ("AmazonSSM", "application/x-amz-json-1.1")}
SECRET_SECONDS = 300


class AwsError(Exception):
    """What the service refused; `code` is its name for the reason."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.code = code


@cache
def tls() -> ssl.SSLContext:
    """Verifies certificate and host name, against the one root beside this file that a server's chain leads to."""
    return ssl.create_default_context(capath=os.path.join(os.path.dirname(__file__), "roots"))


@cache
def connection(service: str) -> http.client.HTTPSConnection:
    """One for each service, as they have addresses of their own."""
    host = os.environ["AWS_ENDPOINT_URL"].removeprefix("https://")
    return http.client.HTTPSConnection(host, timeout=3, context=tls())


def call(service: str, operation: str, parameters: dict) -> dict:
    """The operation's answer. Raises `AwsError`, or `OSError` when nobody answers."""
    target, content_type = SERVICES[service]
    body = json.dumps(parameters).encode()
    wire = connection(service)
    headers = {"Content-Type": content_type, "X-Amz-Target": f"{target}.{operation}"}
    host = f"{wire.host}:{wire.port}" if wire.port != 443 else wire.host
    wire.request("POST", "/", body, headers | signature(service, host, headers["X-Amz-Target"], body))
    response = wire.getresponse()
    answer = json.loads(response.read())
    if response.status != 200:
        raise AwsError(response.status, str(answer.get("__type")).rpartition("#")[2])
    return answer


def signature(service: str, host: str, target: str, body: bytes) -> dict[str, str]:
    """The headers that sign a POST to / of a service."""
    region, token = os.environ["AWS_REGION"], os.environ["AWS_SESSION_TOKEN"]
    at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    names = "host;x-amz-date;x-amz-security-token;x-amz-target"
    signed = f"host:{host}\nx-amz-date:{at}\nx-amz-security-token:{token}\nx-amz-target:{target}\n"
    canonical = f"POST\n/\n\n{signed}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"].encode()
    for part in (at[:8], region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signed_by = f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, SignedHeaders={names}"
    authorization = f"{signed_by}, Signature={hmac.digest(key, text.encode(), 'sha256').hex()}"
    return {"X-Amz-Date": at, "X-Amz-Security-Token": token, "Authorization": authorization}


_secrets: dict[str, tuple[float, str]] = {}


def secret(variable: str) -> str:
    """The SSM parameter that an environment variable names, remembered for five minutes of the wall clock, which no snapshot stops."""
    name = os.environ[variable]
    read_at, value = _secrets.get(name, (float("-inf"), ""))
    if time.time() - read_at > SECRET_SECONDS:
        value = call("ssm", "GetParameter", {"Name": name, "WithDecryption": True})["Parameter"]["Value"]
        _secrets[name] = (time.time(), value)
    return value


def get(key: str, consistent: bool = True) -> dict | None:
    """An item by its key, as plain values."""
    request = {"TableName": os.environ["TABLE_NAME"], "Key": {"pk": {"S": key}}, "ConsistentRead": consistent}
    item = call("dynamodb", "GetItem", request).get("Item")
    return None if item is None else {name: plain(value) for name, value in item.items()}


def update(key: str, change: str, condition: str, names: dict[str, str], values: dict) -> dict | None:
    """The item after the change; None when the condition does not hold."""
    request = {
        "TableName": os.environ["TABLE_NAME"],
        "Key": {"pk": {"S": key}},
        "UpdateExpression": change,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ReturnValues": "ALL_NEW",
    }
    if values:
        request["ExpressionAttributeValues"] = {name: typed(value) for name, value in values.items()}
    try:
        item = call("dynamodb", "UpdateItem", request)["Attributes"]
    except AwsError as error:
        if error.code == "ConditionalCheckFailedException":
            return None
        raise
    return {name: plain(value) for name, value in item.items()}


def typed(value: object) -> dict:
    """A value as DynamoDB writes it."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, dict):
        return {"M": {name: typed(each) for name, each in value.items()}}
    if isinstance(value, list):
        return {"L": [typed(each) for each in value]}
    return {"N": str(value)}


def plain(value: dict) -> object:
    """The other way round."""
    ((kind, content),) = value.items()
    if kind == "M":
        return {name: plain(each) for name, each in content.items()}
    if kind == "L":
        return [plain(each) for each in content]
    if kind == "N":
        return float(content) if "." in content else int(content)
    return None if kind == "NULL" else content
