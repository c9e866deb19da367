"""Reading template.yaml: what the local stack takes from it, and one line about what it cannot take."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from local.template import Template, TemplateError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def read(tmp_path: Path):
    (tmp_path / "code").mkdir()
    (tmp_path / "layer").mkdir()

    def read_text(text: str, **parameters: str) -> Template:
        path = tmp_path / "template.yaml"
        path.write_text(dedent(text))
        return Template.read(path, parameters)

    return read_text


def value(read: Any, expression: str, **parameters: str) -> Any:
    """What `expression` (YAML) resolves to, inside a template with a few things to refer to."""
    template = read(
        """
        Parameters:
          Stage: { Type: String, Default: dev }
          Names: { Type: CommaDelimitedList, Default: "a, b" }
          Count: { Type: Number, Default: 3 }
        Mappings:
          Sizes: { dev: { memory: 128 }, prod: { memory: 512 } }
        Conditions:
          IsProd: !Equals [!Ref Stage, prod]
          IsDev: !Not [!Condition IsProd]
          Both: !And [!Condition IsProd, !Condition IsDev]
          Either: { Fn::Or: [{ Condition: IsProd }, { Condition: IsDev }] }
        Resources:
          Bucket: { Type: AWS::S3::Bucket }
          Probe:
            Type: Custom::Probe
            Properties:
              Value: EXPRESSION
        """.replace("EXPRESSION", expression),
        **parameters,
    )
    [(_, properties)] = template.resources("Custom::Probe")
    return template.resolve(properties, "Probe").get("Value", "nothing")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Ref Stage", "dev"),
        ("{ Ref: Stage }", "dev"),
        ("!Ref Names", ["a", "b"]),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Sub '${AWS::AccountId}-${Stage}'", "000000000000-dev"),
        ("!Sub ['${x}-${Stage}', { x: !Ref Count }]", "3-dev"),
        ("!Sub '${!literal} ${Bucket.Arn}'", "${literal} arn:aws:s3:::recur-local-Bucket"),
        ("{ Fn::Sub: '${Bucket}' }", "recur-local-Bucket"),
        ("!GetAtt Bucket.Arn", "arn:aws:s3:::recur-local-Bucket"),
        ("!GetAtt [Bucket, Arn]", "arn:aws:s3:::recur-local-Bucket"),
        ("{ Fn::GetAtt: [Bucket, Arn] }", "arn:aws:s3:::recur-local-Bucket"),
        ("!If [IsProd, yes-it-is, no-it-is-not]", "no-it-is-not"),
        ("!If [Both, 1, 2]", 2),
        ("!If [Either, 1, 2]", 1),
        ("!If [IsProd, 1, !Ref AWS::NoValue]", "nothing"),
        ("[1, !If [IsProd, 2, !Ref AWS::NoValue], 3]", [1, 3]),
        ("!Join ['-', [a, !Ref Stage, !Ref Count]]", "a-dev-3"),
        ("!Select [1, !Split [',', 'a,b,c']]", "b"),
        ("!FindInMap [Sizes, !Ref Stage, memory]", 128),
        ("{ Fn::Base64: !Ref Stage }", "ZGV2"),
        ("2012-10-17", "2012-10-17"),
        ("{ Condition: { StringEquals: { a: !Ref Stage } } }", {"Condition": {"StringEquals": {"a": "dev"}}}),
    ],
)
def test_intrinsics_in_short_and_long_form(read: Any, expression: str, expected: Any) -> None:
    assert value(read, expression) == expected


def test_parameters_take_what_is_on_offer(read: Any) -> None:
    assert value(read, "!If [IsProd, 1, 2]", Stage="prod", Unheard="of") == 1


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("!Ref Nobody", "there is no Nobody"),
        ("!GetAtt Bucket.Colour", "cannot know Colour of Bucket"),
        ("!ImportValue x", "Fn::ImportValue is not something the local stack can evaluate"),
        ("!If [Nobody, 1, 2]", "no condition is called Nobody"),
        ("!If [IsProd, 1]", "Fn::If takes a list of 3"),
        ("!FindInMap [Sizes, test, memory]", "finds nothing at Sizes.test.memory"),
        ("!Select [7, [a]]", "finds nothing at 7"),
    ],
)
def test_an_intrinsic_that_cannot_be_evaluated_names_its_place(read: Any, expression: str, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        value(read, expression)
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith("template.yaml:")
    assert "Probe.Value" in line
    assert problem in line


def test_conditions_that_go_in_circles(read: Any) -> None:
    with pytest.raises(TemplateError, match="depends on itself"):
        read(
            """
            Conditions: { A: !Not [!Condition B], B: !Not [!Condition A] }
            Resources: { X: { Type: Custom::X, Condition: A } }
            """
        )


FUNCTION = """
    Globals:
      Function:
        Runtime: python3.13
        Handler: app.handler
        Timeout: 7
        Layers: [!Ref Shared]
        Environment: { Variables: { STAGE: dev, TABLE: !Ref Table } }
        LoggingConfig: { LogFormat: JSON }
    Resources:
      Table: { Type: AWS::DynamoDB::Table }
      Shared: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: layer } }
      Own: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: code } }
      Fn:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: code
          %s
"""


def function(read: Any, properties: str = "MemorySize: 256") -> Any:
    template = read(FUNCTION % properties)
    template.provide("Table", "the-table", Arn="arn:table")
    [found] = template.functions
    return found


def test_a_function_inherits_globals_key_by_key_and_list_by_list(read: Any, tmp_path: Path) -> None:
    found = function(
        read, "Timeout: 2\n          Layers: [!Ref Own]\n          Environment: { Variables: { OWN: 1, STAGE: mine, FLAG: true } }"
    )
    assert found.environment == {"STAGE": "mine", "TABLE": "the-table", "OWN": "1", "FLAG": "true"}
    assert [layer.logical_id for layer in found.layers] == ["Shared", "Own"]
    assert (found.timeout, found.memory, found.handler, found.log_format) == (2.0, 128, "app.handler", "JSON")
    assert found.code == tmp_path / "code"
    assert found.name == "recur-local-Fn"


def test_a_layer_is_used_as_its_source_or_as_it_was_built(read: Any, tmp_path: Path) -> None:
    layer = function(read).layers[0]
    assert (layer.content, layer.built) == (tmp_path / "layer", False)
    (tmp_path / "layer" / "python").mkdir()
    layer = function(read).layers[0]
    assert (layer.content, layer.built) == (tmp_path / "layer" / "python", True)


def test_what_refers_to_a_table_is_read_once_it_exists(read: Any) -> None:
    template = read(FUNCTION % "MemorySize: 256")
    with pytest.raises(TemplateError, match=r"Fn.Properties.Environment.Variables.TABLE: Table does not exist yet"):
        _ = template.functions


def test_triggers_that_nothing_fires_locally_are_named(read: Any) -> None:
    events = """Events: { Nightly: { Type: ScheduleV2, Properties: { Input: '{"all": true}' } }, Changes: { Type: DynamoDB } }"""
    found = function(read, events)
    assert [(event.kind, event.name, event.input) for event in found.silent_events] == [
        ("ScheduleV2", "Nightly", '{"all": true}'),
        ("DynamoDB", "Changes", "{}"),
    ]


def test_what_a_mapping_says_itself_wins_over_what_it_merges(read: Any) -> None:
    merged = "{ <<: [{ a: 1, b: 1 }, { b: 2, c: 2 }], a: 3 }"
    assert value(read, merged) == {"a": 3, "b": 1, "c": 2}


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ("Runtime: nodejs22.x", "Fn.Properties.Runtime: the local stack runs python functions, not nodejs22.x"),
        ("Handler: handler", "Fn.Properties.Handler: not a handler like module.function"),
        ("Timeout: soon", "Fn.Properties.Timeout: not a number"),
        ("Layers: ['arn:aws:lambda:us-east-1:1:layer:x:1']", "only layers of this template can be used locally"),
        ("Environment: { Variables: { A: [1] } }", "Fn.Properties.Environment.Variables.A: not a string"),
        ("Events: { Old: { Type: Api } }", "Fn.Properties.Events.Old: the local stack serves HttpApi events"),
        ("Timeout: 1\n          Timeout: 2", "Timeout: given twice in one mapping"),
    ],
)
def test_a_function_that_cannot_be_understood(read: Any, properties: str, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        function(read, properties)
    line = str(caught.value)
    assert problem in line
    assert line.startswith("template.yaml:")


def test_code_that_is_not_there(read: Any, tmp_path: Path) -> None:
    (tmp_path / "code").rmdir()
    with pytest.raises(TemplateError, match="there is no folder code"):
        function(read)


API = """
    Resources:
      Api:
        Type: AWS::Serverless::HttpApi
        Properties:
          %s
      Fn:
        Type: AWS::Serverless::Function
        Properties:
          Events:
            One: { Type: HttpApi, Properties: %s }
"""
AUTH = """Auth: { DefaultAuthorizer: Pool, Authorizers: { Pool: {
              JwtConfiguration: { issuer: "https://i", audience: [a, b] } } } }"""


def routes(read: Any, event: str, api: str = AUTH) -> Any:
    apis = read(API % (api, event)).http_apis
    return next(api for api in apis if api.routes).routes


def test_a_route(read: Any) -> None:
    [route] = routes(read, "{ ApiId: !Ref Api, Method: get, Path: '/a/{b}' }")
    assert (route.method, route.path, route.key, route.function) == ("GET", "/a/{b}", "GET /a/{b}", "Fn")
    assert route.authorizer.audience == ("a", "b")
    assert route.authorizer.identity_source == "$request.header.Authorization"
    assert route.timeout == 30.0


@pytest.mark.parametrize(
    ("event", "key", "authorized"),
    [
        ("{ ApiId: !Ref Api, Auth: { Authorizer: NONE } }", "$default", False),
        ("{ ApiId: !Ref Api, Path: /x, Method: '*' }", "ANY /x", True),
        ("{ Path: /x, Method: POST }", "POST /x", False),
    ],
)
def test_defaults_of_a_route(read: Any, event: str, key: str, authorized: bool) -> None:
    [route] = routes(read, event)
    assert (route.key, route.authorizer is not None) == (key, authorized)


@pytest.mark.parametrize(
    ("event", "api", "problem"),
    [
        ("{ ApiId: !Ref Api, Path: x }", AUTH, "Fn.Properties.Events.One.Path: does not begin with /"),
        ("{ ApiId: !Ref Api, Path: /x, Method: FETCH }", AUTH, "not an HTTP method: FETCH"),
        ("{ ApiId: !Ref Api, Path: /x, Auth: { Authorizer: Nobody } }", AUTH, "there is no authorizer Nobody"),
        ("{ ApiId: elsewhere, Path: /x }", AUTH, "there is no HTTP API elsewhere"),
        ("{ ApiId: !Ref Api, Path: /x, PayloadFormatVersion: '1.0' }", AUTH, "only 2.0 runs locally"),
        ("{ ApiId: !Ref Api, Path: /x }", "Auth: { Authorizers: { L: { FunctionArn: x } } }", "only JWT authorizers"),
        ("{ ApiId: !Ref Api, Path: /x }", "StageName: v1", "stage v1 does not run locally"),
        ("{ ApiId: !Ref Api, Path: /x }", "DefinitionBody: {}", "describe routes as events of functions"),
    ],
)
def test_a_route_that_cannot_be_served(read: Any, event: str, api: str, problem: str) -> None:
    with pytest.raises(TemplateError, match=r"template\.yaml") as caught:
        routes(read, event, api)
    assert problem in str(caught.value)


def test_function_urls_with_iam_are_refused(read: Any) -> None:
    with pytest.raises(TemplateError, match="AuthType AWS_IAM does not run locally"):
        _ = read(
            """
            Resources:
              Fn: { Type: AWS::Serverless::Function, Properties: { FunctionUrlConfig: { AuthType: AWS_IAM } } }
            """
        ).function_urls


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Resources: [", "not valid YAML"),
        ("- 1", "the template is not a mapping"),
        ("Resources: { A: { Properties: {} } }", "Resources.A: no Type"),
        ("Parameters: { P: { Type: String } }", "Parameters.P: no value given and no default"),
        ("Parameters: { P: { Default: x, AllowedValues: [y] } }", "Parameters.P: 'x' is not one of y"),
        ("Resources: { A: { Type: AWS::ApiGatewayV2::Api } }", "does not run AWS::ApiGatewayV2::Api; use AWS::Serverless::HttpApi"),
    ],
)
def test_a_template_that_cannot_be_understood(read: Any, text: str, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        read(text)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"nowhere\.yaml: No such file"):
        Template.read(tmp_path / "nowhere.yaml")


def test_anchors_are_shared_and_conditions_leave_resources_out(read: Any) -> None:
    template = read(
        """
        Conditions: { Never: !Equals [a, b] }
        Resources:
          A: { Type: AWS::DynamoDB::Table, Properties: &Same { TableName: t } }
          B: { Type: AWS::DynamoDB::Table, Properties: *Same }
          C: { Type: AWS::DynamoDB::Table, Condition: Never }
        """
    )
    assert [(table.logical_id, table.properties) for table in template.tables] == [("A", {"TableName": "t"}), ("B", {"TableName": "t"})]


SITE = """
    Resources:
      Headers:
        Type: AWS::CloudFront::ResponseHeadersPolicy
        Properties:
          ResponseHeadersPolicyConfig:
            SecurityHeadersConfig:
              ContentTypeOptions: { Override: true }
              StrictTransportSecurity: { AccessControlMaxAgeSec: 60, IncludeSubdomains: true, Preload: true, Override: true }
            CustomHeadersConfig: { Items: [{ Header: Permissions-Policy, Value: "camera=()", Override: true }] }
      Site:
        Type: AWS::CloudFront::Distribution
        Properties:
          DistributionConfig:
            DefaultRootObject: start.html
            DefaultCacheBehavior: { ResponseHeadersPolicyId: %s }
            CustomErrorResponses: [{ ErrorCode: 403, ResponseCode: 404, ResponsePagePath: /404.html }]
            %s
"""


def test_how_the_site_is_delivered(read: Any) -> None:
    site = read(SITE % ("!Ref Headers", "Enabled: true")).site
    assert site.default_root_object == "start.html"
    assert site.headers == {
        "x-content-type-options": "nosniff",
        "strict-transport-security": "max-age=60; includeSubDomains; preload",
        "permissions-policy": "camera=()",
    }
    assert (site.error_pages[403].path, site.error_pages[403].status) == ("/404.html", 404)


@pytest.mark.parametrize(
    ("policy", "more", "problem"),
    [
        ("67f7725c-6f97-4210-82d7-5512b31e9d03", "Enabled: true", "only a policy of this template is known"),
        ("!Ref Headers", "CacheBehaviors: [{ PathPattern: /api/* }]", "the default behaviour only"),
    ],
)
def test_a_site_that_cannot_be_imitated(read: Any, policy: str, more: str, problem: str) -> None:
    with pytest.raises(TemplateError, match=r"Site\.Properties\.DistributionConfig") as caught:
        _ = read(SITE % (policy, more)).site
    assert problem in str(caught.value)


def test_the_projects_own_template_is_understood() -> None:
    template = Template.read(ROOT / "template.yaml")
    template.provide("Table", "t", Arn="arn:t", StreamArn="arn:s")
    template.provide("UserPool", "us-east-1_x", Arn="arn:p")
    template.provide("UserPoolClient", "c")
    functions = {function.logical_id for function in template.functions}
    assert {route.function for api in template.http_apis for route in api.routes} <= functions
    assert [url.function for url in template.function_urls] == ["WebhookFunction"]
    assert template.site.default_root_object == "index.html"
    assert set(template.site.headers) >= {"content-security-policy", "strict-transport-security", "x-frame-options"}
