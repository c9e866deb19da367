"""AWS::Serverless::Function and LayerVersion."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.template.intrinsics import as_text
from local.template.model import Function, Layer, SilentEvent
from local.template.names import physical_name
from local.template.yaml_reader import Mapping

if TYPE_CHECKING:
    from local.template import Template

_DEFAULT_TIMEOUT = 3
"""Seconds: Lambda's own default."""
_DEFAULT_MEMORY = 128
_FIRED_LOCALLY = {"HttpApi"}


def read_function(template: "Template", name: str, properties: Mapping, layers: dict[str, Layer]) -> Function:
    """`layers` are the template's own, by their ARN."""
    place = f"{name}.Properties"
    line = properties.line

    def value(key: str, default: Any = None) -> Any:
        return template.resolve(properties.get(key, default), f"{place}.{key}", line)

    runtime = value("Runtime")
    if not str(runtime).startswith("python"):
        raise template.fail(f"{place}.Runtime", f"the local stack runs python functions, not {runtime}", line)
    handler = value("Handler")
    if not isinstance(handler, str) or "." not in handler:
        raise template.fail(f"{place}.Handler", f"not a handler like module.function: {handler!r}", line)
    logging = value("LoggingConfig", {})
    return Function(
        logical_id=name,
        name=physical_name(name, {"FunctionName": value("FunctionName")}),
        handler=handler,
        code=_folder(template, value("CodeUri"), f"{place}.CodeUri", line),
        layers=tuple(_layer(template, arn, layers, f"{place}.Layers", line) for arn in value("Layers", [])),
        environment=_environment(template, properties, place),
        timeout=_number(template, value("Timeout", _DEFAULT_TIMEOUT), f"{place}.Timeout", line),
        memory=int(_number(template, value("MemorySize", _DEFAULT_MEMORY), f"{place}.MemorySize", line)),
        log_format=logging.get("LogFormat", "Text"),
        log_level=logging.get("ApplicationLogLevel"),
        silent_events=tuple(_silent_events(template, properties, place)),
        alias=value("AutoPublishAlias"),
    )


def read_layer(template: "Template", name: str, properties: Mapping) -> Layer:
    """A layer's import folder. A built one holds `python/`, as Lambda wants it; a source folder is used as it is."""
    place = f"{name}.Properties.ContentUri"
    content = _folder(template, template.resolve(properties.get("ContentUri"), place, properties.line), place, properties.line)
    built = (content / "python").is_dir()
    return Layer(name, content / "python" if built else content, built)


def _environment(template: "Template", properties: Mapping, place: str) -> dict[str, str]:
    variables = template.resolve(properties.get("Environment", {}), f"{place}.Environment", properties.line).get("Variables", {})
    for key, value in variables.items():
        if isinstance(value, (dict, list)) or value is None:
            raise template.fail(f"{place}.Environment.Variables.{key}", "not a string", properties.line)
    return {key: as_text(value) for key, value in variables.items()}


def _silent_events(template: "Template", properties: Mapping, place: str) -> list[SilentEvent]:
    silent: list[SilentEvent] = []
    for name, event in properties.get("Events", {}).items():
        kind = event.get("Type") if isinstance(event, dict) else None
        if kind == "Api":
            raise template.fail(f"{place}.Events.{name}", "the local stack serves HttpApi events, not Api (REST) ones", properties.line)
        if kind is None:
            raise template.fail(f"{place}.Events.{name}", "no Type", properties.line)
        if kind not in _FIRED_LOCALLY:
            fixed = template.resolve(event.get("Properties", {}).get("Input", "{}"), f"{place}.Events.{name}.Input", properties.line)
            silent.append(SilentEvent(kind, name, fixed))
    return silent


def _layer(template: "Template", arn: Any, layers: dict[str, Layer], place: str, line: int) -> Layer:
    if arn in layers:
        return layers[arn]
    raise template.fail(place, f"only layers of this template can be used locally, not {arn}", line)


def _folder(template: "Template", uri: Any, place: str, line: int) -> Path:
    if not isinstance(uri, str):
        raise template.fail(place, "a folder of this project is needed here", line)
    folder = (template.path.parent / uri).resolve()
    if not folder.is_dir():
        raise template.fail(place, f"there is no folder {uri}", line)
    return folder


def _number(template: "Template", value: Any, place: str, line: int) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise template.fail(place, f"not a number: {value!r}", line) from None
