"""sam's own environment (.venv-sam), called as a user would."""

import json
import os
import platform
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from local.template.intrinsics import Resolver

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
TOOLS = ROOT / ".venv-sam" / "bin"
LAMBDA_PYTHON = TOOLS / "python3.13"

SITE_URL = "https://site.example"
"""The parameter SiteUrl in the transformed template."""

HOST_ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]


_NOTHING = object()


@dataclass(frozen=True)
class CloudFormation:
    """The transformed template, what `sam deploy` hands to CloudFormation, with its conditions decided; references stand as they are."""

    resources: dict[str, Any]
    outputs: dict[str, Any]
    parameters: dict[str, str]
    """As given, or their defaults."""

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties by logical id."""
        return {name: resource["Properties"] for name, resource in self.resources.items() if resource["Type"] == kind}


@cache
def transform(template: Path = TEMPLATE, **parameters: str) -> CloudFormation:
    """Translate a template with sam's own translator, under `parameters` (SiteUrl is given). Asked the same again, it answers the same."""
    given = {"SiteUrl": SITE_URL} | parameters
    command = [TOOLS / "python", Path(__file__).with_name("translate.py"), template, *(f"{name}={value}" for name, value in given.items())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    translated = json.loads(done.stdout)
    values = {name: given.get(name, declared.get("Default")) for name, declared in translated["Parameters"].items()}
    resolver = Resolver(values, translated["Conditions"], {}, _no_attribute)

    def decided(value: Any) -> Any:
        match value:
            case {"Fn::If": [condition, then, otherwise]}:
                return decided(then if resolver.condition(condition, condition) else otherwise)
            case {"Ref": "AWS::NoValue"}:
                return _NOTHING
            case dict():
                return {key: chosen for key, item in value.items() if (chosen := decided(item)) is not _NOTHING}
            case list():
                return [chosen for item in value if (chosen := decided(item)) is not _NOTHING]
            case _:
                return value

    def exists(resource: dict[str, Any]) -> bool:
        return "Condition" not in resource or resolver.condition(resource["Condition"], "Condition")

    return CloudFormation(
        {name: decided(resource) for name, resource in translated["Resources"].items() if exists(resource)},
        {name: decided(output["Value"]) for name, output in translated["Outputs"].items()},
        {name: str(value) for name, value in values.items()},
    )


def _no_attribute(logical_id: str, attribute: str | None) -> str:
    raise LookupError(f"no condition may look at {logical_id} ({attribute})")


def sam(*arguments: str | Path) -> str:
    """Run the real `sam` on the project; its output, both streams together."""
    done = subprocess.run(
        [TOOLS / "sam", *arguments],
        cwd=ROOT,
        env=os.environ | {"SAM_CLI_TELEMETRY": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"sam {' '.join(map(str, arguments))}\n{done.stdout}"
    return done.stdout
