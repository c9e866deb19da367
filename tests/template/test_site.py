"""How the site is delivered: privately stored, over TLS alone, with headers that let the browser do no more than the site needs."""

import json
import re

import pytest

from tests.template.sam_cli import CloudFormation, transform

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/x"
DISTRIBUTION = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${SiteDistribution}"


@pytest.fixture
def distribution(cloudformation: CloudFormation) -> dict:
    return cloudformation.of_type("AWS::CloudFront::Distribution")["SiteDistribution"]["DistributionConfig"]


@pytest.fixture
def headers(cloudformation: CloudFormation) -> dict:
    [policy] = cloudformation.of_type("AWS::CloudFront::ResponseHeadersPolicy").values()
    return policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]


def csp(headers: dict, cloudformation: CloudFormation) -> dict[str, list[str]]:
    """The policy's directives, with the parameters' defaults filled in."""
    text = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    filled = re.sub(r"\$\{(Stripe\w+)\}", lambda match: cloudformation.parameters[match[1]], text)
    return {name: sources for name, *sources in (directive.split() for directive in filled.split(";"))}


def test_the_bucket_is_private_and_encrypted(cloudformation: CloudFormation) -> None:
    [bucket] = cloudformation.of_type("AWS::S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    assert "WebsiteConfiguration" not in bucket


def test_only_this_distribution_reads_it_and_only_over_tls(cloudformation: CloudFormation, distribution: dict) -> None:
    [policy] = cloudformation.of_type("AWS::S3::BucketPolicy").values()
    reading, refusing = policy["PolicyDocument"]["Statement"]
    assert reading == {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": "${SiteBucket.Arn}/*"},
        "Condition": {"StringEquals": {"AWS:SourceArn": {"Fn::Sub": DISTRIBUTION}}},
    }
    assert (refusing["Effect"], refusing["Principal"], refusing["Action"]) == ("Deny", "*", "s3:*")
    assert refusing["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {json.dumps(each) for each in refusing["Resource"]} == {
        json.dumps({"Fn::GetAtt": ["SiteBucket", "Arn"]}),
        json.dumps({"Fn::Sub": "${SiteBucket.Arn}/*"}),
    }
    [origin] = distribution["Origins"]
    assert origin["OriginAccessControlId"] == {"Fn::GetAtt": ["SiteAccess", "Id"]}
    assert origin["S3OriginConfig"] == {"OriginAccessIdentity": ""}
    [access] = cloudformation.of_type("AWS::CloudFront::OriginAccessControl").values()
    assert access["OriginAccessControlConfig"]["SigningBehavior"] == "always"


def test_visitors_come_over_tls_alone(distribution: dict) -> None:
    assert distribution["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert distribution["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert "Aliases" not in distribution


def test_a_domain_of_the_users_own_speaks_no_old_tls() -> None:
    own = transform(SiteDomainName="app.example.com", SiteCertificateArn=CERTIFICATE)
    config = own.of_type("AWS::CloudFront::Distribution")["SiteDistribution"]["DistributionConfig"]
    assert config["Aliases"] == [{"Ref": "SiteDomainName"}]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert own.outputs["SiteUrl"] == {"Fn::Sub": "https://${SiteDomainName}"}


def test_the_policy_is_what_stripe_js_needs_and_nothing_else(headers: dict, cloudformation: CloudFormation) -> None:
    """Source: Stripe's "Security at Stripe", "Content Security Policy". Link's own sources are not here: the site does not offer Link."""
    directives = csp(headers, cloudformation)
    stripe_js = ["https://js.stripe.com", "https://*.js.stripe.com"]
    assert directives.pop("connect-src") == [
        "'self'",
        "https://${Api}.execute-api.${AWS::Region}.amazonaws.com",
        "https://cognito-idp.${AWS::Region}.amazonaws.com",
        "https://api.stripe.com",
    ]
    assert directives == {
        "default-src": ["'none'"],
        "script-src": ["'self'", *stripe_js],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "frame-src": [*stripe_js, "https://hooks.stripe.com"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }


def test_the_other_headers(headers: dict, distribution: dict) -> None:
    assert distribution["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == {"Ref": "SiteHeaders"}
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600
    assert headers["StrictTransportSecurity"]["IncludeSubdomains"] is True
    assert headers["FrameOptions"]["FrameOption"] == "DENY"
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "strict-origin-when-cross-origin"
    assert "ContentTypeOptions" in headers
    assert {header["Override"] for header in headers.values()} == {True}
