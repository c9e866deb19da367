"""What the layer leaves out of the libraries, our own code does not import: the build says so, and not the first call in production."""

import subprocess
from pathlib import Path

import pytest

from tests.template.sam_cli import ROOT

REACHED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from build_layer import reached
print(*reached(Path(sys.argv[2])))
"""

POWERTOOLS = "aws_lambda_powertools.utilities.data_classes"


def reached(python: Path, packages: Path, code: str) -> "subprocess.CompletedProcess[str]":
    """The modules that are reached where `code` is in the layer, or what the build says instead: by the Python that builds."""
    (packages / "billing" / "sub").mkdir(parents=True)
    (packages / "billing" / "sub" / "code.py").write_text(code)
    (packages / "stripe").mkdir()
    for name in ("__init__", "_v1_services"):
        (packages / "stripe" / f"{name}.py").touch()
    return subprocess.run([python, "-c", REACHED, ROOT / "layers" / "billing", packages], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("import boto3", "boto3"),
        (f"def later():\n    from {POWERTOOLS} import event_source", POWERTOOLS),
        ("from requests.adapters import HTTPAdapter", "requests.adapters"),
    ],
)
def test_the_build_stops_where_our_code_imports_it(lambda_python: Path, tmp_path: Path, statement: str, named: str) -> None:
    done = reached(lambda_python, tmp_path, statement)
    assert done.returncode == 1
    assert done.stderr.startswith(f"billing/sub/code.py imports {named}, which the layer leaves out (")


def test_what_only_type_checkers_import_is_no_matter(lambda_python: Path, tmp_path: Path) -> None:
    done = reached(lambda_python, tmp_path, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import boto3")
    assert "billing.sub.code" in done.stdout.split()
