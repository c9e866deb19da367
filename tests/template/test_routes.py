"""Who may call what: the routes of the HTTP API and the webhook's own URL, after the transform."""

import pytest

from tests.template.sam_cli import SITE_URL, CloudFormation, transform

PUBLIC = {("get", "/plans")}
"""All that a visitor without an account may call."""

ROUTES = {
    ("get", "/plans"),
    ("post", "/create-customer"),
    ("post", "/create-checkout-session"),
    ("get", "/session-status"),
    ("post", "/create-preview-invoice"),
    ("post", "/update-subscription"),
    ("post", "/cancel-subscription"),
    ("post", "/resume-subscription"),
    ("post", "/retrieve-customer-payment-method"),
    ("get", "/account"),
    ("delete", "/account"),
}
"""What the site relies on. A route more needs no edit here, only its authorizer."""


@pytest.fixture
def api(cloudformation: CloudFormation) -> dict:
    return cloudformation.of_type("AWS::ApiGatewayV2::Api")["Api"]["Body"]


@pytest.fixture
def operations(api: dict) -> dict[tuple[str, str], dict]:
    return {(method, path): operation for path, methods in api["paths"].items() for method, operation in methods.items()}


def test_every_route_the_site_relies_on_is_there(operations: dict) -> None:
    assert operations.keys() >= ROUTES


def test_every_route_but_the_public_ones_asks_for_a_token(operations: dict) -> None:
    authorizers = {route: operation["security"] for route, operation in operations.items()}
    # API Gateway takes the name of no authorizer at all, which is how SAM writes NONE, for "no authorizer".
    assert {route for route, authorizer in authorizers.items() if authorizer == [{"NONE": []}]} == PUBLIC
    assert {route for route, authorizer in authorizers.items() if authorizer == [{"Cognito": []}]} == authorizers.keys() - PUBLIC


def test_the_token_is_a_cognito_jwt_of_our_own_pool_and_client(api: dict) -> None:
    scheme = api["components"]["securitySchemes"]["Cognito"]["x-amazon-apigateway-authorizer"]
    assert scheme["type"] == "jwt"
    assert scheme["identitySource"] == "$request.header.Authorization"
    assert scheme["jwtConfiguration"]["audience"] == [{"Ref": "UserPoolClient"}]
    assert scheme["jwtConfiguration"]["issuer"] == {"Fn::Sub": "https://cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}"}


def test_every_route_speaks_payload_format_2(operations: dict) -> None:
    assert {operation["x-amazon-apigateway-integration"]["payloadFormatVersion"] for operation in operations.values()} == {"2.0"}


def cors(cloudformation: CloudFormation) -> dict:
    return cloudformation.of_type("AWS::ApiGatewayV2::Api")["Api"]["Body"].get("x-amazon-apigateway-cors", {})


def test_cors_allows_the_site_alone(cloudformation: CloudFormation) -> None:
    assert cors(cloudformation)["allowOrigins"] == [SITE_URL]


def test_without_a_site_there_is_no_cors() -> None:
    """A stack's first deployment: CloudFront has not said the site's name yet. Not `*` in between."""
    assert cors(transform(SiteUrl="")) == {}


def test_a_domain_of_the_users_own_takes_its_place() -> None:
    own = transform(SiteUrl="", SiteDomainName="app.example.com", SiteCertificateArn="arn:aws:acm:us-east-1:123456789012:certificate/x")
    assert cors(own)["allowOrigins"] == [{"Fn::Sub": "https://app.example.com"}]


def test_stripe_may_call_the_webhook(cloudformation: CloudFormation) -> None:
    """Since October 2025 a public Function URL needs both grants (AWS: "Control access to Lambda function URLs")."""
    urls = cloudformation.of_type("AWS::Lambda::Url")
    assert {name: url["AuthType"] for name, url in urls.items()} == {"WebhookFunctionUrl": "NONE"}
    public = [grant for grant in cloudformation.of_type("AWS::Lambda::Permission").values() if grant["Principal"] == "*"]
    by_action = {grant["Action"]: grant for grant in public}
    assert by_action.keys() == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert by_action["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "NONE"
    # Without it, anyone could invoke the function past its URL.
    assert by_action["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True
    assert urls["WebhookFunctionUrl"]["TargetFunctionArn"] == {"Ref": "WebhookFunctionAliaslive"}
    assert [grant["FunctionName"] for grant in public] == [{"Ref": "WebhookFunctionAliaslive"}] * 2
