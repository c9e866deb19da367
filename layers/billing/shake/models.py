"""botocore's descriptions of AWS's services: of 26 MB, the operations that we call.

Services, operations and errors that are not called are left out, and so is every help text. What is left of an operation is whole:
shapes, constraints and endpoint rules for every region and partition.
"""

import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

Model = dict[str, Any]

OPERATIONS = {
    "dynamodb": {"GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem"},
    "ssm": {"GetParameter"},
    "cognito-idp": {"AdminDeleteUser"},
}
"""A test holds these against what template.yaml's roles permit: what is missing here could not be called at all."""

AS_IT_IS = "AttributeValue"
"""DynamoDB's own form of a value is JSON already, but for binary ones, which no item of ours has. Walking through it shape by shape on
its way out and in takes a sixth of a warm webhook, so it is declared to be a document, which botocore hands through."""

KEPT = ("partitions.json", "_retry.json", "sdk-default-configuration.json")
"""Of the files for all services. endpoints.json (1.2 MB) is cut: it is asked only about services without endpoint rules."""


def trim(data: Path) -> None:
    """Cut botocore/data down."""
    for entry in sorted(data.iterdir()):
        if entry.is_dir():
            _service(entry) if entry.name in OPERATIONS else shutil.rmtree(entry)
        elif entry.name == "endpoints.json":
            _write(entry, _partitions_only(_read(entry)))
        elif entry.name not in KEPT:
            entry.unlink()
        else:
            _write(entry, _read(entry))


def _service(folder: Path) -> None:
    *old, latest = sorted(folder.iterdir())
    for version in old:
        shutil.rmtree(version)
    for file in sorted(latest.iterdir()):
        if not file.name.startswith(("service-2.json", "endpoint-rule-set-1.json")):
            file.unlink()  # paginators, waiters and examples: none of these operations has pages
            continue
        content = _read(file)
        file.unlink()
        # Uncompressed: the zip compresses it anyway, and Lambda need not unpack it twice.
        _write(file.with_name(file.name.removesuffix(".gz")), _model(content, OPERATIONS[folder.name]) if "shapes" in content else content)


def _model(model: Model, operations: set[str]) -> Model:
    kept = {name: operation for name, operation in model["operations"].items() if name in operations}
    missing = operations - kept.keys()
    if missing:
        raise ValueError(f"botocore knows no operation {', '.join(sorted(missing))}")
    used: set[str] = set()
    waiting = [shape for operation in kept.values() for shape in _shapes(operation)]
    while waiting:
        shape = waiting.pop()
        if shape not in used:
            used.add(shape)
            waiting += _shapes(model["shapes"][shape])
    # botocore makes a client's `exceptions` out of every shape that is one.
    shapes = {name: shape for name, shape in model["shapes"].items() if name in used}
    if AS_IT_IS in shapes:
        shapes[AS_IT_IS] = {"type": "structure", "members": {}, "document": True}
    return _without_help({**model, "operations": kept, "shapes": shapes})


def _shapes(node: Any) -> Iterator[str]:
    """Names of the shapes that a part of a model refers to."""
    if isinstance(node, dict):
        content = cast(Model, node)
        if isinstance(content.get("shape"), str):
            yield content["shape"]
        for each in content.values():
            yield from _shapes(each)
    elif isinstance(node, list):
        for each in cast(list[Any], node):
            yield from _shapes(each)


def _without_help(node: Any) -> Any:
    if isinstance(node, dict):
        content = cast(Model, node)
        return {name: _without_help(each) for name, each in content.items() if name != "documentation" or not isinstance(each, str)}
    return [_without_help(each) for each in cast(list[Any], node)] if isinstance(node, list) else node


def _partitions_only(endpoints: Model) -> Model:
    """Which partitions there are and what their regions are called; nothing about any service."""
    return {**endpoints, "partitions": [{**partition, "services": {}} for partition in endpoints["partitions"]]}


def _read(file: Path) -> Model:
    content = file.read_bytes()
    return json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)


def _write(file: Path, content: Model) -> None:
    file.write_text(json.dumps(content, separators=(",", ":"), sort_keys=False))
