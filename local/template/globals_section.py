"""SAM's Globals: what every function (or HTTP API) inherits.

Source of the rules: the SAM developer guide, "Globals section": a resource's plain values win, mappings are merged, lists are
appended to the global ones.
"""

from typing import Any

from local.template.yaml_reader import Mapping

_SECTION_OF = {"AWS::Serverless::Function": "Function", "AWS::Serverless::HttpApi": "HttpApi"}


def with_globals(document: Mapping, resource_type: str, properties: Mapping) -> Mapping:
    """`properties` of a resource of `resource_type`, merged over the document's Globals."""
    section = _SECTION_OF.get(resource_type)
    defaults = document.get("Globals", {}).get(section) if section else None
    if not defaults:
        return properties
    merged = _merge(defaults, properties)
    merged.line = properties.line
    return merged


def _merge(default: Any, own: Any) -> Any:
    if isinstance(default, dict) and isinstance(own, dict) and not (_is_intrinsic(default) or _is_intrinsic(own)):
        merged = Mapping(default)
        for key, value in own.items():
            merged[key] = _merge(default[key], value) if key in default else value
        merged.line = getattr(own, "line", 0)
        return merged
    if isinstance(default, list) and isinstance(own, list):
        return [*default, *own]
    return own


def _is_intrinsic(value: dict[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))
