"""sam's own environment (.venv-sam), called as a user would."""

import json
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
TOOLS = ROOT / ".venv-sam" / "bin"
LAMBDA_PYTHON = TOOLS / "python3.13"

SITE_URL = "https://site.example"
"""The parameter SiteUrl in the transformed template."""

HOST_ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]


@dataclass(frozen=True)
class CloudFormation:
    """The transformed template: what `sam deploy` hands to CloudFormation."""

    resources: dict[str, Any]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties by logical id."""
        return {name: resource["Properties"] for name, resource in self.resources.items() if resource["Type"] == kind}


def transform() -> CloudFormation:
    """Translate template.yaml with sam's own translator."""
    command = [TOOLS / "python", Path(__file__).with_name("translate.py"), TEMPLATE, f"SiteUrl={SITE_URL}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return CloudFormation(json.loads(done.stdout)["Resources"])


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
