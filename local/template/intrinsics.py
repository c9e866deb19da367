"""CloudFormation's intrinsic functions, evaluated against parameters, conditions and what was provisioned.

Source of the rules: the CloudFormation user guide, "Intrinsic function reference". `Fn::ImportValue`, `Fn::Transform` and
the like need an account to answer and are refused by name.
"""

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

from local.template.errors import TemplateError
from local.template.yaml_reader import Mapping

PSEUDO_PARAMETERS = {
    "AWS::AccountId": "000000000000",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackId": "arn:aws:cloudformation:us-east-1:000000000000:stack/recur-local/local",
    "AWS::StackName": "recur-local",
    "AWS::URLSuffix": "amazonaws.com",
}

_NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]*)\}")


class Resolver:
    """Evaluates values of one template.

    `attribute_of(logical_id, attribute)` answers `Ref` (attribute None) and `Fn::GetAtt` for resources; it raises `LookupError`
    with a reason when the local stack cannot know the value.
    """

    def __init__(
        self,
        parameters: dict[str, Any],
        conditions: dict[str, Any],
        mappings: dict[str, Any],
        attribute_of: Callable[[str, str | None], str],
    ) -> None:
        self._parameters = parameters
        self._conditions = conditions
        self._mappings = mappings
        self._attribute_of = attribute_of
        self._evaluating: list[str] = []

    def resolve(self, value: Any, place: str, line: int | None = None) -> Any:
        """`value` with every intrinsic in it evaluated; `place` (`Function.Properties.X`) and `line` are for errors."""
        result = self._resolve(value, place, line)
        return None if result is _NO_VALUE else result

    def condition(self, name: str, place: str, line: int | None = None) -> bool:
        """Whether the named condition of the template holds."""
        if name not in self._conditions:
            raise TemplateError(f"{place}: no condition is called {name}", line=line)
        if name in self._evaluating:
            raise TemplateError(f"{place}: condition {name} depends on itself", line=line)
        self._evaluating.append(name)
        try:
            return self._truth(self._conditions[name], f"Conditions.{name}", line)
        finally:
            self._evaluating.pop()

    def _resolve(self, value: Any, place: str, line: int | None) -> Any:
        if isinstance(value, dict):
            line = getattr(value, "line", None) or line
            if len(value) == 1:
                (name,) = value
                # `Condition: X` alone is an intrinsic inside Conditions only (see `_truth`); elsewhere it is data, an IAM statement's, say.
                if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")):
                    return self._intrinsic(name, value[name], place, line)
            resolved = Mapping((key, item) for key, item in self._items(value, place, line) if item is not _NO_VALUE)
            resolved.line = line or 0
            return resolved
        if isinstance(value, list):
            items = [self._resolve(item, f"{place}[{index}]", line) for index, item in enumerate(value)]
            return [item for item in items if item is not _NO_VALUE]
        return value

    def _items(self, value: dict[str, Any], place: str, line: int | None) -> Iterator[tuple[str, Any]]:
        for key, item in value.items():
            yield key, self._resolve(item, f"{place}.{key}", line)

    def _intrinsic(self, name: str, argument: Any, place: str, line: int | None) -> Any:
        match name:
            case "Ref":
                return self._ref(argument, place, line)
            case "Fn::GetAtt":
                return self._get_att(argument, place, line)
            case "Fn::Sub":
                return self._sub(argument, place, line)
            case "Fn::If":
                test, then, otherwise = self._arguments(name, argument, 3, place, line)
                return self._resolve(then if self.condition(test, place, line) else otherwise, place, line)
            case "Fn::Join":
                separator, parts = self._arguments(name, argument, 2, place, line)
                return str(separator).join(as_text(part) for part in self._resolve(parts, place, line))
            case "Fn::Select":
                index, items = self._arguments(name, argument, 2, place, line)
                return self._select(self._resolve(index, place, line), self._resolve(items, place, line), place, line)
            case "Fn::Split":
                separator, text = self._arguments(name, argument, 2, place, line)
                return as_text(self._resolve(text, place, line)).split(separator)
            case "Fn::FindInMap":
                keys = [self._resolve(key, place, line) for key in self._arguments(name, argument, 3, place, line)]
                return self._find_in_map(keys, place, line)
            case "Fn::Base64":
                return base64.b64encode(as_text(self._resolve(argument, place, line)).encode()).decode()
            case "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not":
                return self._truth({name: argument}, place, line)
        raise TemplateError(f"{place}: {name} is not something the local stack can evaluate", line=line)

    def _ref(self, name: Any, place: str, line: int | None) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in PSEUDO_PARAMETERS:
            return PSEUDO_PARAMETERS[name]
        if name in self._parameters:
            return self._parameters[name]
        return self._attribute(name, None, place, line)

    def _get_att(self, argument: Any, place: str, line: int | None) -> str:
        logical_id, attribute = self._arguments("Fn::GetAtt", argument, 2, place, line)
        return self._attribute(logical_id, attribute, place, line)

    def _attribute(self, logical_id: str, attribute: str | None, place: str, line: int | None) -> str:
        try:
            return self._attribute_of(logical_id, attribute)
        except LookupError as error:
            raise TemplateError(f"{place}: {error.args[0]}", line=line) from None

    def _sub(self, argument: Any, place: str, line: int | None) -> str:
        text, variables = self._arguments("Fn::Sub", argument, 2, place, line) if isinstance(argument, list) else (argument, {})

        def value_of(match: re.Match[str]) -> str:
            literal, name = match.groups()
            name = name.strip()
            if literal:
                return f"${{{name}}}"
            if name in variables:
                return as_text(self._resolve(variables[name], place, line))
            if "." in name:
                logical_id, _, attribute = name.partition(".")
                return self._attribute(logical_id, attribute, place, line)
            return as_text(self._ref(name, place, line))

        return _PLACEHOLDER.sub(value_of, str(text))

    def _select(self, index: Any, items: list[Any], place: str, line: int | None) -> Any:
        try:
            return items[int(index)]
        except (IndexError, ValueError, TypeError):
            raise TemplateError(f"{place}: Fn::Select finds nothing at {index}", line=line) from None

    def _find_in_map(self, keys: list[Any], place: str, line: int | None) -> Any:
        found: Any = self._mappings
        for key in keys:
            if not isinstance(found, dict) or key not in found:
                raise TemplateError(f"{place}: Fn::FindInMap finds nothing at {'.'.join(map(str, keys))}", line=line)
            found = found[key]
        return found

    def _truth(self, value: Any, place: str, line: int | None) -> bool:
        match value:
            case {"Fn::Equals": [left, right]}:
                return as_text(self._resolve(left, place, line)) == as_text(self._resolve(right, place, line))
            case {"Fn::And": [*parts]}:
                return all(self._truth(part, place, line) for part in parts)
            case {"Fn::Or": [*parts]}:
                return any(self._truth(part, place, line) for part in parts)
            case {"Fn::Not": [part]}:
                return not self._truth(part, place, line)
            case {"Condition": str(name)}:
                return self.condition(name, place, line)
        raise TemplateError(f"{place}: not a condition: {value!r}", line=line)

    def _arguments(self, name: str, argument: Any, count: int, place: str, line: int | None) -> list[Any]:
        if not isinstance(argument, list) or len(argument) != count:
            raise TemplateError(f"{place}: {name} takes a list of {count}", line=line)
        return argument


def as_text(value: Any) -> str:
    """A value as CloudFormation writes it into a string: `true`, not Python's `True`; lists as comma-separated."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(as_text(item) for item in value)
    return str(value)
