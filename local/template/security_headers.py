"""AWS::CloudFront::ResponseHeadersPolicy, as the header lines CloudFront makes of it (CloudFront developer guide, "Security headers")."""

from typing import Any

from local.template.model import Resource, SecurityHeaders


def read_security_headers(policy: Resource) -> SecurityHeaders:
    """The policy's headers, lower-case, with their values."""
    config = policy.properties.get("ResponseHeadersPolicyConfig", {})
    security: dict[str, Any] = config.get("SecurityHeadersConfig", {})
    headers: dict[str, str] = {}
    if csp := security.get("ContentSecurityPolicy"):
        headers["content-security-policy"] = csp["ContentSecurityPolicy"].strip()
    if hsts := security.get("StrictTransportSecurity"):
        flags = ("; includeSubDomains" if hsts.get("IncludeSubdomains") else "") + ("; preload" if hsts.get("Preload") else "")
        headers["strict-transport-security"] = f"max-age={hsts['AccessControlMaxAgeSec']}{flags}"
    if "ContentTypeOptions" in security:
        headers["x-content-type-options"] = "nosniff"
    if frame := security.get("FrameOptions"):
        headers["x-frame-options"] = frame["FrameOption"]
    if referrer := security.get("ReferrerPolicy"):
        headers["referrer-policy"] = referrer["ReferrerPolicy"]
    if xss := security.get("XSSProtection"):
        mode = "; mode=block" if xss.get("ModeBlock") else ""
        headers["x-xss-protection"] = f"1{mode}" if xss.get("Protection") else "0"
    for item in config.get("CustomHeadersConfig", {}).get("Items", []):
        headers[item["Header"].lower()] = item["Value"]
    return SecurityHeaders(policy.logical_id, headers)
