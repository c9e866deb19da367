"""Calls to AWS's JSON services, unsigned. Enough to set moto up, at a tenth of boto3's start time."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

_SERVICES = {
    "dynamodb": ("DynamoDB_20120810", "application/x-amz-json-1.0"),
    "dynamodbstreams": ("DynamoDBStreams_20120810", "application/x-amz-json-1.0"),
    "cognito-idp": ("AWSCognitoIdentityProviderService", "application/x-amz-json-1.1"),
    "ssm": ("AmazonSSM", "application/x-amz-json-1.1"),
}


class AwsError(Exception):
    """What the service refused; `code` is its name for the reason, e.g. `NotAuthorizedException`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class AwsClient:
    """`call("ssm", "PutParameter", Name=…)`. One connection a call; `endpoint` is a URL, `caller` whose role counts (`local.aws.roles`)."""

    def __init__(self, endpoint: str, *, timeout: float = 30.0, caller: str = "local") -> None:
        address = urlsplit(endpoint)
        self._host = address.hostname or "127.0.0.1"
        self._port = address.port or 80
        self._timeout = timeout
        self._caller = caller

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The operation's answer. Raises `AwsError`, or `OSError` when nobody answers."""
        target, content_type = _SERVICES[service]
        scope = f"{self._caller}/20260101/us-east-1/{service.removesuffix('streams')}/aws4_request"  # streams sign as DynamoDB itself
        headers = {
            "Content-Type": content_type,
            "X-Amz-Target": f"{target}.{operation}",
            # moto reads the service and region from the credential's scope; nothing is verified.
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}",
        }
        status, body = self._send("POST", "/", json.dumps(parameters).encode(), headers)
        answer = json.loads(body) if body else {}
        if status >= 300:
            code = str(answer.get("__type", status)).rpartition("#")[2]
            raise AwsError(code, answer.get("message") or answer.get("Message") or "")
        return answer

    def control(self, switch: str, content: Any) -> None:
        """Turns a switch of `local.aws.control`. Raises `AwsError` when it is refused."""
        status, body = self._send("POST", f"/_control/{switch}", json.dumps(content).encode(), {"Content-Type": "application/json"})
        if status != 200:
            raise AwsError(str(status), body.decode())

    def get(self, path: str) -> bytes:
        """The body at `path`. Raises `AwsError` unless it is a 200."""
        status, body = self._send("GET", path, b"", {})
        if status != 200:
            raise AwsError(str(status), path)
        return body

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
