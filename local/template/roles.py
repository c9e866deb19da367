"""AWS::IAM::Role of a function: what it may do, so that the local AWS can refuse the rest as IAM would.

Read are statements that allow named actions on named resources, and of conditions the one on a table's keys.
Sources: IAM user guide, "JSON policy element reference"; DynamoDB developer guide, "Using IAM policy conditions for fine-grained access
control".
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from local.template.model import Grant
from local.template.yaml_reader import Mapping

if TYPE_CHECKING:
    from local.template import Template

_KEYS = "dynamodb:LeadingKeys"


def read_roles(template: "Template") -> dict[str, tuple[Grant, ...]]:
    """What each function may do, by its logical id. A function that names no role of this template is missing: nothing is known of it."""
    arns = {template.resolve({"Fn::GetAtt": [name, "Arn"]}, name): (name, role) for name, role in template.resources("AWS::IAM::Role")}
    found: dict[str, tuple[Grant, ...]] = {}
    for function, properties in template.resources("AWS::Serverless::Function"):
        role = template.resolve(properties.get("Role"), f"{function}.Properties.Role", properties.line)
        if role in arns:
            found[function] = tuple(_grants(template, *arns[role]))
    return found


def _grants(template: "Template", name: str, role: Mapping) -> Iterator[Grant]:
    place = f"{name}.Properties.Policies"
    for policy in template.resolve(role.get("Policies", []), place, role.line):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] != "Allow":
                raise template.fail(place, f"Effect {statement['Effect']} does not run locally, only Allow", role.line)
            yield Grant(
                actions=tuple(_listed(statement["Action"])),
                resources=tuple(_listed(statement["Resource"])),
                keys=tuple(_keys(template, statement.get("Condition", {}), place)),
            )


def _keys(template: "Template", condition: dict[str, Any], place: str) -> list[str]:
    """Patterns for the hash keys that the statement is about; none for all."""
    if not condition:
        return []
    if set(condition) == {"ForAllValues:StringLike"} and set(condition["ForAllValues:StringLike"]) == {_KEYS}:
        return _listed(condition["ForAllValues:StringLike"][_KEYS])
    raise template.fail(place, f"only a condition ForAllValues:StringLike on {_KEYS} runs locally")


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
