"""template.yaml as the local stack sees it.

    template = Template.read(Path("template.yaml"), {"Stage": "dev"})
    template.provide("Table", "recur-local-Table", Arn="arn:…")   # after it was made
    template.functions                                            # their environment now names the table

Reading happens when a property is asked for, so what refers to a resource can be read once that resource exists.
Everything that cannot be understood raises `TemplateError`, one line that names the place.
"""

from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from functools import cached_property
from pathlib import Path
from typing import Any

from local.template.errors import TemplateError
from local.template.functions import read_function, read_layer
from local.template.globals_section import with_globals
from local.template.http import read_function_url, read_http_apis
from local.template.intrinsics import Resolver
from local.template.model import (
    Cors,
    ErrorPage,
    Function,
    FunctionUrl,
    Grant,
    HttpApi,
    JwtAuthorizer,
    Layer,
    Pipe,
    Resource,
    Route,
    SiteDelivery,
)
from local.template.names import default_attribute
from local.template.pipes import read_pipe
from local.template.roles import read_roles
from local.template.site import read_site
from local.template.yaml_reader import Mapping, read_yaml

__all__ = [
    "Cors",
    "ErrorPage",
    "Function",
    "FunctionUrl",
    "Grant",
    "HttpApi",
    "JwtAuthorizer",
    "Layer",
    "Pipe",
    "Resource",
    "Route",
    "SiteDelivery",
    "Template",
    "TemplateError",
]

# Request paths that the local stack does not serve: silence would look like a route that is missing.
_UNSERVED = {
    "AWS::Serverless::Api": "use AWS::Serverless::HttpApi",
    "AWS::Serverless::SimpleTable": "use AWS::DynamoDB::Table",
    "AWS::Serverless::Application": "nested applications are not read",
    "AWS::CloudFormation::Stack": "nested stacks are not read",
    "AWS::Lambda::Function": "use AWS::Serverless::Function",
    "AWS::Lambda::LayerVersion": "use AWS::Serverless::LayerVersion",
    "AWS::Lambda::Url": "use FunctionUrlConfig of the function",
    "AWS::ApiGatewayV2::Api": "use AWS::Serverless::HttpApi",
    "AWS::ApiGatewayV2::Route": "use an HttpApi event of the function",
    "AWS::ApiGateway::RestApi": "use AWS::Serverless::HttpApi",
}


class Template:
    """A template with its parameters settled; see the module's docstring."""

    def __init__(self, path: Path, document: Mapping, parameters: MappingType[str, str]) -> None:
        self.path = path
        self.document = document
        self.parameters = self._settle(parameters)
        self._provided: dict[str, dict[str | None, str]] = {}
        self.resolver = Resolver(self.parameters, document.get("Conditions", {}), document.get("Mappings", {}), self._attribute_of)
        self._refuse_unserved()

    @classmethod
    def read(cls, path: Path, parameters: MappingType[str, str] | None = None) -> "Template":
        """The template in `path`. `parameters` are on offer: those it declares take these values instead of their defaults."""
        document = read_yaml(path)
        try:
            return cls(path, document, parameters or {})
        except TemplateError as error:
            raise error.within(path) from error

    def provide(self, logical_id: str, ref: str, **attributes: str) -> None:
        """What `Ref` and `Fn::GetAtt` shall answer for a resource, now that it exists."""
        self._provided[logical_id] = {None: ref, **attributes}

    # ------------------------------------------------------------------------------------ what is read from it

    @property
    def functions(self) -> tuple[Function, ...]:
        layers = {self._attribute_of(layer.logical_id, None): layer for layer in self.layers}
        return tuple(self._read("AWS::Serverless::Function", lambda name, p: read_function(self, name, p, layers)))

    @property
    def layers(self) -> tuple[Layer, ...]:
        return tuple(self._read("AWS::Serverless::LayerVersion", lambda name, p: read_layer(self, name, p)))

    @property
    def http_apis(self) -> tuple[HttpApi, ...]:
        try:
            return read_http_apis(self)
        except TemplateError as error:
            raise error.within(self.path) from error

    @property
    def function_urls(self) -> tuple[FunctionUrl, ...]:
        urls = self._read("AWS::Serverless::Function", lambda name, p: read_function_url(self, name, p))
        return tuple(url for url in urls if url)

    @property
    def site(self) -> SiteDelivery:
        """The first distribution's way of delivering; bare when there is none."""
        policies = self._resolved("AWS::CloudFront::ResponseHeadersPolicy")
        by_id = {self._attribute_of(policy.logical_id, None): policy for policy in policies}
        sites = self._read("AWS::CloudFront::Distribution", lambda name, p: read_site(self, name, p, by_id))
        return next(sites, SiteDelivery())

    @property
    def has_pipes(self) -> bool:
        """Known before the tables are made, which `pipes` is not."""
        return any(True for _ in self.resources("AWS::Pipes::Pipe"))

    @property
    def pipes(self) -> tuple[Pipe, ...]:
        functions = {arn: function.logical_id for function in self.functions for arn in function.arns} if self.has_pipes else {}
        pipes = self._read("AWS::Pipes::Pipe", lambda name, p: read_pipe(self, name, p, functions))
        return tuple(pipe for pipe in pipes if pipe)

    @property
    def roles(self) -> dict[str, tuple[Grant, ...]]:
        """What each function may do, by its logical id; the tables and pools must have been made."""
        try:
            return read_roles(self)
        except TemplateError as error:
            raise error.within(self.path) from error

    @property
    def tables(self) -> tuple[Resource, ...]:
        return self._resolved("AWS::DynamoDB::Table")

    @property
    def user_pools(self) -> tuple[Resource, ...]:
        return self._resolved("AWS::Cognito::UserPool")

    @property
    def user_pool_clients(self) -> tuple[Resource, ...]:
        return self._resolved("AWS::Cognito::UserPoolClient")

    @property
    def ssm_parameters(self) -> tuple[Resource, ...]:
        return self._resolved("AWS::SSM::Parameter")

    @property
    def outputs(self) -> dict[str, str]:
        """Those whose values are known, which what is not made here has not."""
        found: dict[str, str] = {}
        for name, output in self.document.get("Outputs", {}).items():
            try:
                found[name] = str(self.resolver.resolve(output["Value"], f"Outputs.{name}", None))
            except (TemplateError, LookupError):
                continue
        return found

    # ------------------------------------------------------------------------------------ helpers of the readers

    def resources(self, resource_type: str) -> Iterator[tuple[str, Mapping]]:
        """Logical id and (unresolved) properties, Globals merged in, of each resource of that type whose condition holds."""
        for name, resource in self._all_resources():
            if resource.get("Type") == resource_type:
                properties = resource.get("Properties", Mapping())
                properties.line = properties.line or resource.line
                yield name, with_globals(self.document, resource_type, properties)

    def fail(self, place: str, message: str, line: int | None = None) -> TemplateError:
        return TemplateError(f"{place}: {message}", file=self.path, line=line)

    def resolve(self, value: Any, place: str, line: int | None = None) -> Any:
        try:
            return self.resolver.resolve(value, place, line)
        except TemplateError as error:
            raise error.within(self.path) from error

    # ------------------------------------------------------------------------------------ inside

    def _read(self, resource_type: str, read: Any) -> Iterator[Any]:
        for name, properties in self.resources(resource_type):
            try:
                yield read(name, properties)
            except TemplateError as error:
                raise error.within(self.path) from error

    def _resolved(self, resource_type: str) -> tuple[Resource, ...]:
        def read(name: str, properties: Mapping) -> Resource:
            return Resource(name, self.resolver.resolve(properties, f"{name}.Properties", properties.line))

        return tuple(self._read(resource_type, read))

    def _all_resources(self) -> Iterator[tuple[str, Mapping]]:
        for name, resource in self.document.get("Resources", {}).items():
            if not isinstance(resource, Mapping) or "Type" not in resource:
                raise TemplateError(f"Resources.{name}: no Type", file=self.path, line=getattr(resource, "line", None))
            condition = resource.get("Condition")
            if condition is None or self.resolver.condition(condition, name, resource.line):
                yield name, resource

    def _refuse_unserved(self) -> None:
        for name, resource in self._all_resources():
            if advice := _UNSERVED.get(resource["Type"]):
                raise TemplateError(f"Resources.{name}: the local stack does not run {resource['Type']}; {advice}", line=resource.line)

    @cached_property
    def _types(self) -> dict[str, str]:
        return {name: resource["Type"] for name, resource in self._all_resources()}

    def _attribute_of(self, logical_id: str, attribute: str | None) -> str:
        """See `Resolver`: what was provided, else a name as AWS would give it, if that can be known."""
        provided = self._provided.get(logical_id, {})
        if attribute in provided:
            return provided[attribute]
        if attribute is None and logical_id.endswith(".Alias"):
            return self._alias(logical_id.removesuffix(".Alias"))
        return default_attribute(self._types, self.document["Resources"], logical_id, attribute)

    def _alias(self, function: str) -> str:
        """`!Ref Function.Alias`, which SAM offers beside CloudFormation's own (SAM developer guide, "Referencing generated resources")."""
        for name, properties in self.resources("AWS::Serverless::Function"):
            if name == function and (alias := self.resolve(properties.get("AutoPublishAlias"), f"{name}.Properties.AutoPublishAlias")):
                return f"{default_attribute(self._types, self.document['Resources'], name, 'Arn')}:{alias}"
        raise LookupError(f"{function} has no alias")

    def _settle(self, given: MappingType[str, str]) -> dict[str, Any]:
        """Each declared parameter's value: the one on offer, or its default; checked against AllowedValues."""
        declared = self.document.get("Parameters", {})
        values: dict[str, Any] = {}
        for name, declaration in declared.items():
            if name not in given and "Default" not in declaration:
                raise TemplateError(f"Parameters.{name}: no value given and no default", line=declaration.line)
            value = given.get(name, declaration.get("Default"))
            allowed = declaration.get("AllowedValues")
            if allowed and value not in allowed:
                choices = ", ".join(map(str, allowed))
                raise TemplateError(f"Parameters.{name}: {value!r} is not one of {choices}", line=declaration.line)
            is_list = str(declaration.get("Type", "")).startswith(("CommaDelimitedList", "List<"))
            values[name] = [part.strip() for part in str(value).split(",")] if is_list else value
        return values
