"""AWS's Signature Version 4, verified. Source: IAM user guide, "Create a signed AWS API request"."""

import hashlib
import hmac
import re
from collections.abc import Mapping

ACCESS_KEY, SECRET_KEY = "bench", "bench-secret"
"""What measured functions are given."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<scope>(?P<day>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request), ?"
    r"SignedHeaders=(?P<names>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


def rightly_signed(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the key we gave out signed this request, its host, its target and its body. Names of headers in lower case."""
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None or found["key"] != ACCESS_KEY or not {"host", "x-amz-target", "x-amz-date"} <= set(found["names"].split(";")):
        return False
    signed = "".join(f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in found["names"].split(";"))
    canonical = "\n".join((method, path, "", signed, found["names"], hashlib.sha256(body).hexdigest()))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", headers["x-amz-date"], found["scope"], digest))
    key = b"AWS4" + SECRET_KEY.encode()
    for part in found["scope"].split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), found["signature"])
