"""Builds the layer: `build_layer.py arm64 FOLDER` puts what goes to /opt on Lambda into FOLDER.

Called by `sam build` (arm64/Makefile and x86_64/Makefile) with the Python and the uv of .venv-sam. Wheels are chosen for Lambda's processor and
Python, so any host builds for any target, and two builds of the same commit are the same byte for byte.
"""

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from py_compile import PycInvalidationMode
from pathlib import Path

LAYER = Path(__file__).resolve().parent
PROJECT = LAYER.parents[1]
UV = Path(sys.executable).with_name("uv")

RUNTIME = (3, 13)
"""Python's version on Lambda: template.yaml's Runtime. Bytecode of any other is ignored there."""

PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
"""uv's names for what Lambda calls an architecture."""

UNUSED = ("bin", ".lock", "**/*.pyi", "**/py.typed", "**/__pycache__")
"""Never read at run time: command-line scripts, uv's lock, type information, and bytecode that another Python left."""


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
    with tempfile.TemporaryDirectory() as scratch:
        requirements = Path(scratch) / "requirements.txt"
        uv("export", "--project", PROJECT, "--frozen", "--only-group", "layer", "--no-emit-project", "--output-file", requirements)
        target = ("--target", packages, "--python-version", ".".join(map(str, RUNTIME)), "--python-platform", platform)
        # Copies: a hard link would let an edit of the build reach into uv's cache.
        uv("pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--link-mode", "copy", *target, "-r", requirements)


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


def uv(*arguments: str | Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")}
    subprocess.run([UV, "--quiet", *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    if sys.version_info[:2] != RUNTIME:
        sys.exit(f"The layer is compiled by Python {RUNTIME[0]}.{RUNTIME[1]} only, as Lambda runs it: `make build` finds or fetches one.")
    build(sys.argv[1], Path(sys.argv[2]))
