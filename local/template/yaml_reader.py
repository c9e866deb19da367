"""YAML with CloudFormation's short intrinsics, read into plain values that remember the line they stand on."""

from pathlib import Path
from typing import Any

import yaml

from local.template.errors import TemplateError


class Mapping(dict[str, Any]):
    """A YAML mapping with `line`, its first line in the file (1-based), for error messages."""

    line: int = 0


# libyaml's parser is ten times faster, and wheels carry it almost everywhere.
_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BaseLoader):
    """PyYAML's safe loader, plus `!Ref` and its kin, minus YAML 1.1 dates (`2012-10-17` is a policy version, not a day)."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _BaseLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: Any, node: yaml.MappingNode) -> Any:
    data = Mapping()
    data.line = node.start_mark.line + 1
    yield data
    own: set[str] = set()
    for key_node, _ in node.value:
        if key_node.value in own:
            raise TemplateError(f"{key_node.value}: given twice in one mapping", line=key_node.start_mark.line + 1)
        own.add(key_node.value)
    loader.flatten_mapping(node)  # `<<` puts what it brings before the mapping's own keys, which win
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        data[key] = loader.construct_object(value_node, deep=True)


def _intrinsic(loader: Any, suffix: str, node: yaml.Node) -> Mapping:
    """`!Sub x` becomes `{"Fn::Sub": "x"}`, the long form, so that one resolver serves both."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    data = Mapping({name: value})
    data.line = node.start_mark.line + 1
    return data


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_multi_constructor("!", _intrinsic)


def read_yaml(path: Path) -> Mapping:
    """The document in `path`. Raises `TemplateError` naming file and line when it is missing, not YAML, or not a mapping."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise TemplateError(error.strerror or str(error), file=path) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise TemplateError(f"not valid YAML: {error.problem}", file=path, line=line) from error
    except TemplateError as error:
        raise error.within(path) from error
    if not isinstance(document, Mapping):
        raise TemplateError("the template is not a mapping", file=path)
    return document
