"""The template as auditors see it: checkov finds nothing that is not explained where it stands.

cfn-lint and `sam validate --lint` are in test_sam.py.
"""

import json
import subprocess
from typing import Any

import pytest

from tests.template.sam_cli import ROOT, TEMPLATE

CHECKOV = ROOT / ".venv-audit" / "bin" / "checkov"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """checkov's own, made without a network."""
    subprocess.run(["make", "-s", ".venv-audit/.ready"], cwd=ROOT, check=True)
    command = [CHECKOV, "-f", TEMPLATE, "--framework", "cloudformation", "--skip-download", "-o", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)


def test_nothing_is_found(report: dict[str, Any]) -> None:
    found = {(check["check_id"], check["resource"]) for check in report["results"]["failed_checks"]}
    assert (found, report["summary"]["parsing_errors"]) == (set(), 0)
    assert report["summary"]["passed"] > 200


def test_each_exception_has_its_reason(report: dict[str, Any]) -> None:
    skipped = report["results"]["skipped_checks"]
    assert skipped
    assert [check["check_id"] for check in skipped if len(check["check_result"]["suppress_comment"]) < 40] == []
