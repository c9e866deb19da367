"""template.yaml seen two ways: as CloudFormation gets it, and as `sam build` makes it."""

import os
from pathlib import Path

import pytest

from tests.template.sam_cli import HOST_ARCHITECTURE, LAMBDA_PYTHON, CloudFormation, sam, transform


@pytest.fixture(scope="session")
def cloudformation() -> CloudFormation:
    return transform()


@pytest.fixture(scope="session")
def lambda_python() -> Path:
    """Python 3.13, which alone compiles for Lambda. Its absence is excused on a laptop, never in CI."""
    if not LAMBDA_PYTHON.exists():
        missing = "Python 3.13 is missing: what is built for Lambda cannot be tested"
        if os.environ.get("CI"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return LAMBDA_PYTHON


@pytest.fixture(scope="session")
def built(lambda_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `sam build` made, one folder a function and layer, for this machine's own processor."""
    folder = tmp_path_factory.mktemp("built")
    sam("build", "--build-dir", folder, "--parameter-overrides", f"Architecture={HOST_ARCHITECTURE}")
    return folder
