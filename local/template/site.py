"""AWS::CloudFront::Distribution and its ResponseHeadersPolicy: how the site is delivered.

Source of the header lines: CloudFront developer guide, "Understand response headers policies".
"""

from typing import TYPE_CHECKING, Any

from local.template.model import ErrorPage, Resource, SiteDelivery
from local.template.yaml_reader import Mapping

if TYPE_CHECKING:
    from local.template import Template


_READ = ("CacheBehaviors", "CustomErrorResponses", "DefaultCacheBehavior", "DefaultRootObject")
"""The rest (origins, certificates, logs) has no counterpart here and may refer to what does not exist."""


def read_site(template: "Template", name: str, properties: Mapping, policies: dict[str, Resource]) -> SiteDelivery:
    """`policies` are the template's own, by their id. Only a plain origin with one behaviour can be imitated."""
    place = f"{name}.Properties.DistributionConfig"
    given = properties.get("DistributionConfig", {})
    config = {key: template.resolve(given[key], f"{place}.{key}", properties.line) for key in _READ if key in given}
    behaviour = config.get("DefaultCacheBehavior", {})
    if config.get("CacheBehaviors"):
        raise template.fail(f"{place}.CacheBehaviors", "the local site has the default behaviour only")
    for code in ("FunctionAssociations", "LambdaFunctionAssociations"):
        if behaviour.get(code):
            raise template.fail(f"{place}.DefaultCacheBehavior.{code}", "code at the edge does not run locally")
    policy_id = behaviour.get("ResponseHeadersPolicyId")
    if policy_id is not None and policy_id not in policies:
        raise template.fail(
            f"{place}.DefaultCacheBehavior.ResponseHeadersPolicyId", f"only a policy of this template is known, not {policy_id}"
        )
    return SiteDelivery(
        default_root_object=config.get("DefaultRootObject", ""),
        headers=_headers(policies[policy_id]) if policy_id else {},
        error_pages={
            int(page["ErrorCode"]): ErrorPage(page["ResponsePagePath"], int(page.get("ResponseCode", page["ErrorCode"])))
            for page in config.get("CustomErrorResponses", [])
            if "ResponsePagePath" in page
        },
    )


def _headers(policy: Resource) -> dict[str, str]:
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
    return headers
