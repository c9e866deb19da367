"""Builds the layer: `build_layer.py arm64 FOLDER` puts what goes to /opt on Lambda into FOLDER.

Called by `sam build` (arm64/Makefile and x86_64/Makefile) with the Python and the uv of .venv-sam. Wheels are chosen for Lambda's
processor and Python, so any host builds for any target, and two builds of the same commit are the same byte for byte.
"""

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from py_compile import PycInvalidationMode

LAYER = Path(__file__).resolve().parent
PROJECT = LAYER.parents[1]
UV = Path(sys.executable).with_name("uv")

RUNTIME = (3, 13)
"""Python's version on Lambda: template.yaml's Runtime. Bytecode of any other is ignored there."""

PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
"""uv's names for what Lambda calls an architecture."""

UNUSED = ("**/*.pyi", "**/py.typed", "*.dist-info/RECORD", "**/__pycache__")
"""Never read at run time: type information, the installer's list of files (which differs from build to build), others' bytecode."""


def build(architecture: str, artifacts: Path) -> None:
    """Fill `artifacts`/python with the locked packages of the group `layer` and our own package `billing`."""
    packages = artifacts / "python"
    install_locked(packages, PLATFORMS[architecture])
    shutil.copytree(LAYER / "billing", packages / "billing")
    for pattern in UNUSED:
        for path in list(packages.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    compile_for_lambda(packages)


def install_locked(packages: Path, platform: str) -> None:
    """uv's environments take any target platform; only the packages in it are kept. From uv's cache alone when it has them."""
    with tempfile.TemporaryDirectory() as scratch:
        # Copies: a hard link would let an edit of the build reach into uv's cache.
        options = ("--frozen", "--only-group", "layer", "--python-platform", platform, "--no-build", "--link-mode", "copy", "--quiet")
        environment = os.environ | {"UV_PROJECT_ENVIRONMENT": scratch, "UV_PYTHON": sys.executable}
        if subprocess.run([UV, "sync", "--project", PROJECT, *options], env=environment, check=False).returncode:
            sys.exit("The layer's packages could not be installed: see above.")
        shutil.move(Path(scratch, "lib", "python{}.{}".format(*RUNTIME), "site-packages"), packages)


def compile_for_lambda(packages: Path) -> None:
    """Ship bytecode that Lambda accepts.

    SAM's zips carry 1980 as every file's time, so bytecode that is checked against its source's time is thrown away and made again at each
    cold start. Unchecked bytecode is taken as it is; nothing edits the sources on Lambda. Tracebacks name the files where Lambda has them.
    """
    compiled = compileall.compile_dir(
        packages, quiet=1, stripdir=packages, prependdir="/opt/python", invalidation_mode=PycInvalidationMode.UNCHECKED_HASH
    )
    if not compiled:
        sys.exit("The layer holds a file that Python cannot compile: see above.")


if __name__ == "__main__":
    if sys.version_info[:2] != RUNTIME:
        sys.exit(f"The layer is compiled by Python {RUNTIME[0]}.{RUNTIME[1]} only, as Lambda runs it: `make build` finds or fetches one.")
    build(sys.argv[1], Path(sys.argv[2]))
