"""The template's parameters for a stage: its defaults, then what samconfig.toml sets, then what a deployment finds out itself.

All of them are passed at every deployment. `sam deploy` alone would keep the previous value of a parameter that is not named, so
that a new default in template.yaml, or a line taken out of samconfig.toml, would never arrive (seen in sam-cli's
`DeployContext.merge_parameters`: UsePreviousValue).
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.template import TemplateError
from local.template.yaml_reader import read_yaml
from ops.aws import settings_of
from ops.deploy.stopped import Stopped

_LONG_FORM = re.compile(r"ParameterKey=(\w+),ParameterValue=(.*)", re.DOTALL)


@dataclass(frozen=True)
class Overrides:
    """`values` by parameter name; `settings` is samconfig.toml's `[STAGE.deploy.parameters]`."""

    values: dict[str, str]
    settings: dict[str, Any]
    given: frozenset[str]
    """Names that samconfig.toml sets."""

    @classmethod
    def read(cls, project: Path, stage: str) -> "Overrides":
        """Raises `Stopped` for files that cannot be read or contradict each other."""
        try:
            declared: dict[str, Any] = read_yaml(project / "template.yaml").get("Parameters", {})
        except TemplateError as error:
            raise Stopped(str(error)) from None
        settings = settings_of(project, stage)
        given = parse(settings.get("parameter_overrides", ""))
        defaults = {name: str(parameter["Default"]) for name, parameter in declared.items() if "Default" in parameter}
        if unknown := sorted(given.keys() - declared.keys()):
            raise Stopped(f"samconfig.toml sets {', '.join(unknown)} for {stage}, which template.yaml does not have. Mend or remove it.")
        if missing := sorted(declared.keys() - defaults.keys() - given.keys()):
            raise Stopped(f"template.yaml wants {', '.join(missing)}. Set it in samconfig.toml's [{stage}.deploy.parameters].")
        values = defaults | given
        if values.get("Stage") != stage:
            raise Stopped(f"samconfig.toml deploys Stage={values.get('Stage')} in its section for {stage}. Make them the same.")
        if settings.get("stack_name") != f"recur-{stage}":
            raise Stopped(f'samconfig.toml must name the stack of {stage}: stack_name = "recur-{stage}".')
        return cls(values, settings, frozenset(given))


def parse(overrides: str | list[str]) -> dict[str, str]:
    """Both of sam's forms: `Key=Value` and `ParameterKey=Key,ParameterValue=Value`. Raises `Stopped` for another."""
    try:
        words = shlex.split(overrides) if isinstance(overrides, str) else [word for each in overrides for word in shlex.split(each)]
    except ValueError as error:
        raise Stopped(f"samconfig.toml: parameter_overrides cannot be read ({error}).") from None
    values: dict[str, str] = {}
    for word in words:
        long = _LONG_FORM.fullmatch(word)
        name, equals, value = (long[1], "=", long[2]) if long else word.partition("=")
        if not equals:
            raise Stopped(f"samconfig.toml: {word!r} in parameter_overrides is not NAME=VALUE.")
        values[name] = value
    return values


def argument(name: str, value: str) -> str:
    """As sam reads it on its command line: of what a backslash may stand before, it takes back a quotation mark alone."""
    quoted = value.replace('"', '\\"')
    return f'{name}="{quoted}"'
