"""What is installed is what was locked, byte for byte, here and in the layer; `make audit` asks what is known of it."""

import base64
import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from local.children import ROOT
from tests.template.sam_cli import TOOLS

Json = dict[str, Any]
LOCK = tomllib.loads((ROOT / "uv.lock").read_text())
NODE = json.loads((ROOT / "tests" / "web" / "package-lock.json").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def artefacts(package: Json) -> list[Json]:
    return [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]


def test_every_python_package_is_locked_with_a_hash_of_each_of_its_files() -> None:
    fetched = [package for package in LOCK["package"] if "virtual" not in package["source"]]
    assert len(fetched) > 50
    for package in fetched:
        assert package["source"] == {"registry": "https://pypi.org/simple"}, package["name"]
        assert artefacts(package), package["name"]
        for artefact in artefacts(package):
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", artefact["hash"]), artefact["url"]


def test_every_node_package_is_locked_with_a_hash() -> None:
    installed = {path: package for path, package in NODE["packages"].items() if path}
    assert len(installed) > 50
    for path, package in installed.items():
        algorithm, _, digest = package["integrity"].partition("-")
        assert (algorithm, len(base64.b64decode(digest))) == ("sha512", 64), path


def test_what_ships_is_pinned_by_name_too() -> None:
    """So that a look at pyproject.toml says which release of what is deployed."""
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", requirement) for requirement in PROJECT["dependency-groups"]["layer"])


def test_the_layer_is_installed_from_the_lock_and_from_nothing_else() -> None:
    """`uv sync --frozen` checks every hash, and `--no-build` runs no package's own code on the way."""
    source = (ROOT / "layers" / "billing" / "build_layer.py").read_text()
    assert re.findall(r'"(sync|pip|install|export)"', source) == ["sync"]
    assert all(option in source for option in ('"--frozen"', '"--only-group", "layer"', '"--no-build"'))


def test_what_signs_an_operator_in_does_not_ship() -> None:
    """awscrt reads a profile of `aws login`: 12 MB that no function needs."""
    command = [TOOLS / "uv", "export", "--frozen", "--no-hashes", "--no-header", "--no-annotate", "--quiet", "--only-group"]
    shipped, ours = (
        subprocess.run([*command, group], cwd=ROOT, capture_output=True, text=True, check=True).stdout for group in ("layer", "dev")
    )
    assert re.search("^botocore==", shipped, re.M)
    assert not re.search("^awscrt==", shipped, re.M)
    assert re.search("^awscrt==", ours, re.M)


def test_environments_are_made_from_the_locks_and_from_nothing_else() -> None:
    making = (ROOT / "local" / "setup" / "environment.sh").read_text()
    assert re.findall(r'"\$uv" (?:sync|pip|run|add)[^|]*?--\w+', making) == ['"$uv" sync --frozen']
    assert re.findall(r"\$\(NPM\) (ci|install|i|update)\b", (ROOT / "Makefile").read_text()) == ["ci"], "it alone keeps to its lock file"


def test_an_audit_is_of_every_group_that_is_locked() -> None:
    """Of what runs on a developer's machine and in the pipeline too. A group that another one includes is a part of it."""
    groups = PROJECT["dependency-groups"]
    included = {each["include-group"] for group in groups.values() for each in group if isinstance(each, dict)}
    [audited] = re.findall(r"for group in ([\w ]+);", (ROOT / "local" / "setup" / "audit.sh").read_text())
    assert groups.keys() - included <= set(audited.split()) <= groups.keys()


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    """The audit, with a pip-audit, a uv and an npm that say what a test tells them."""
    copy = tmp_path / "local" / "setup"
    copy.mkdir(parents=True)
    (copy / "audit.sh").write_bytes((ROOT / "local" / "setup" / "audit.sh").read_bytes())
    (copy / "uv.sh").write_text("echo true")
    return tmp_path


@pytest.mark.parametrize(
    ("said", "status", "npm", "expected", "told"),
    [
        ("No known vulnerabilities found", 0, 0, 0, "No known"),
        ("Found 1 known vulnerability in 1 package", 1, 0, 1, "Found 1 known"),
        ("No known vulnerabilities found", 0, 1, 1, "No known"),
        ("ERROR: Dependency not found on PyPI and could not be audited: x (1)", 1, 0, 1, "Run make audit where pypi.org answers"),
        ("requests.exceptions.ConnectionError: …", 1, 0, 1, "Run make audit where pypi.org answers"),
    ],
)
def test_an_audit_that_could_not_be_made_is_not_passed(audit: Path, said: str, status: int, npm: int, expected: int, told: str) -> None:
    for tool, words, code in ((".venv-audit/bin/pip-audit", said, status), (".venv/bin/npm", "npm said so", npm)):
        file = audit / tool
        file.parent.mkdir(parents=True)
        file.write_text(f"#!/bin/sh\necho '{words}'\nexit {code}\n")
        file.chmod(0o755)
    done = subprocess.run(
        ["sh", "local/setup/audit.sh"], cwd=audit, capture_output=True, text=True, timeout=30, env=os.environ, check=False
    )
    assert done.returncode == expected, done.stderr
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
