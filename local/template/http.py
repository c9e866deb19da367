"""HTTP APIs with their routes, authorizers and CORS, and Function URLs."""

from typing import TYPE_CHECKING, Any

from local.template.model import Cors, FunctionUrl, HttpApi, JwtAuthorizer, Route
from local.template.yaml_reader import Mapping

if TYPE_CHECKING:
    from local.template import Template

_IMPLICIT_API = "ServerlessHttpApi"
"""The logical id SAM gives to the API of events that name none."""
_INTEGRATION_TIMEOUT_MS = 30_000
_METHODS = {"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


def read_http_apis(template: "Template") -> tuple[HttpApi, ...]:
    """Every HTTP API, with the routes that functions' HttpApi events add to it."""
    apis = dict(template.resources("AWS::Serverless::HttpApi"))
    routes: dict[str, list[Route]] = {name: [] for name in apis}
    ids = {template.resolve({"Ref": name}, name): name for name in apis}
    authorizers: dict[str, dict[str, JwtAuthorizer]] = {}
    for function, properties in template.resources("AWS::Serverless::Function"):
        for event_name, event in properties.get("Events", {}).items():
            if not isinstance(event, dict) or event.get("Type") != "HttpApi":
                continue
            place = f"{function}.Properties.Events.{event_name}"
            settings = template.resolve(event.get("Properties", {}), place, getattr(event, "line", properties.line))
            api = _api_of(template, settings, ids, place)
            if api not in apis:
                apis[api] = Mapping(template.document.get("Globals", {}).get("HttpApi", {}))
                routes[api] = []
            if api not in authorizers:
                authorizers[api] = _authorizers(template, api, apis[api])
            default = apis[api].get("Auth", {}).get("DefaultAuthorizer")
            routes[api].append(_route(template, function, settings, authorizers[api], default, place))
    return tuple(_http_api(template, name, properties, routes[name]) for name, properties in apis.items())


def read_function_url(template: "Template", name: str, properties: Mapping) -> FunctionUrl | None:
    """The function's URL, if it has one. IAM-signed and streaming ones are refused."""
    place = f"{name}.Properties.FunctionUrlConfig"
    config = template.resolve(properties.get("FunctionUrlConfig"), place, properties.line)
    if config is None:
        return None
    if config.get("AuthType") != "NONE":
        raise template.fail(place, f"AuthType {config.get('AuthType')} does not run locally, only NONE", config.line)
    if config.get("InvokeMode", "BUFFERED") != "BUFFERED":
        raise template.fail(place, f"InvokeMode {config['InvokeMode']} does not run locally, only BUFFERED", config.line)
    return FunctionUrl(name, _cors(template, config.get("Cors"), f"{place}.Cors"))


def _http_api(template: "Template", name: str, properties: Mapping, routes: list[Route]) -> HttpApi:
    stage = template.resolve(properties.get("StageName", "$default"), f"{name}.Properties.StageName")
    if stage != "$default":
        raise template.fail(f"{name}.Properties.StageName", f"stage {stage} does not run locally, only $default", properties.line)
    for unread in ("DefinitionBody", "DefinitionUri"):
        if unread in properties:
            raise template.fail(f"{name}.Properties.{unread}", "not read locally: describe routes as events of functions", properties.line)
    place = f"{name}.Properties.CorsConfiguration"
    cors = _cors(template, template.resolve(properties.get("CorsConfiguration"), place, properties.line), place)
    return HttpApi(name, tuple(routes), cors)


def _api_of(template: "Template", settings: Mapping, ids: dict[str, str], place: str) -> str:
    api_id = settings.get("ApiId")
    if api_id is None:
        return _IMPLICIT_API
    if api_id not in ids:
        raise template.fail(f"{place}.ApiId", f"there is no HTTP API {api_id} in this template", settings.line)
    return ids[api_id]


def _route(
    template: "Template", function: str, settings: Mapping, authorizers: dict[str, JwtAuthorizer], default: str | None, place: str
) -> Route:
    path = settings.get("Path", "$default")
    method = str(settings.get("Method", "ANY")).upper()
    method = "ANY" if method in ("*", "X-AMAZON-APIGATEWAY-ANY-METHOD") else method
    if method not in _METHODS:
        raise template.fail(f"{place}.Method", f"not an HTTP method: {method}", settings.line)
    if path != "$default" and not path.startswith("/"):
        raise template.fail(f"{place}.Path", f"does not begin with /: {path}", settings.line)
    if str(settings.get("PayloadFormatVersion", "2.0")) != "2.0":
        raise template.fail(f"{place}.PayloadFormatVersion", "only 2.0 runs locally", settings.line)
    auth = settings.get("Auth", {})
    name = auth.get("Authorizer", default) or "NONE"
    if name != "NONE" and name not in authorizers:
        raise template.fail(f"{place}.Auth.Authorizer", f"there is no authorizer {name}", settings.line)
    return Route(
        method=method,
        path=path,
        function=function,
        authorizer=authorizers.get(name),
        scopes=tuple(auth.get("AuthorizationScopes", ())),
        timeout=min(int(settings.get("TimeoutInMillis", _INTEGRATION_TIMEOUT_MS)), _INTEGRATION_TIMEOUT_MS) / 1000,
    )


def _authorizers(template: "Template", api: str, properties: Mapping) -> dict[str, JwtAuthorizer]:
    found: dict[str, JwtAuthorizer] = {}
    for name, config in properties.get("Auth", {}).get("Authorizers", {}).items():
        place = f"{api}.Properties.Auth.Authorizers.{name}"
        settings = template.resolve(config, place, getattr(config, "line", None))
        jwt = settings.get("JwtConfiguration")
        if not jwt:
            raise template.fail(place, "only JWT authorizers (JwtConfiguration) run locally", settings.line)
        source = settings.get("IdentitySource", "$request.header.Authorization")
        if not str(source).startswith(("$request.header.", "$request.querystring.")):
            raise template.fail(f"{place}.IdentitySource", f"not a header or query string parameter: {source}", settings.line)
        audience = jwt.get("audience", [])
        found[name] = JwtAuthorizer(name, jwt.get("issuer", ""), tuple([audience] if isinstance(audience, str) else audience), source)
    return found


def _cors(template: "Template", config: Any, place: str) -> Cors | None:
    if not config:
        return None
    if config is True:
        return Cors(origins=("*",))
    if not isinstance(config, dict):
        raise template.fail(place, f"not a CORS configuration: {config!r}")
    return Cors(
        origins=tuple(config.get("AllowOrigins", ())),
        methods=tuple(config.get("AllowMethods", ())),
        headers=tuple(config.get("AllowHeaders", ())),
        expose_headers=tuple(config.get("ExposeHeaders", ())),
        max_age=int(config["MaxAge"]) if "MaxAge" in config else None,
        credentials=bool(config.get("AllowCredentials", False)),
    )
