"""Builds the layer: `build_layer.py arm64 FOLDER` puts what goes to /opt on Lambda into FOLDER.

Called by `sam build` (arm64/Makefile and x86_64/Makefile) with the Python and the uv of .venv-sam. Wheels are chosen for Lambda's
processor and Python, so any host builds for any target, and two builds of the same commit are the same byte for byte.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from shake import models, roots
from shake.by_name import ROOTS, StripeByName, never, why_never
from shake.bytecode import compile_beside, compile_in_place
from shake.imports import Modules, imported_by, reachable
from shake.patterns import compile_patterns

LAYER = Path(__file__).resolve().parent
PROJECT = LAYER.parents[1]
UV = Path(sys.executable).with_name("uv")

RUNTIME = (3, 13)
"""Python's version on Lambda: template.yaml's Runtime. Bytecode of any other is ignored there."""

PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
"""uv's names for what Lambda calls an architecture."""

ON_LAMBDA = "/opt/python"

LICENCES = ("licen", "copying", "notice", "authors")
"""What of a package's *.dist-info goes along: whose it is and on what terms, by the beginning of a file's name."""


def build(architecture: str, artifacts: Path) -> None:
    """Fill `artifacts`/python with our own package `billing` and what it and the functions can reach of the group `layer`."""
    packages = artifacts / "python"
    install_locked(packages, PLATFORMS[architecture])
    roots.lay_out(packages / "certifi" / "cacert.pem", packages / "billing_roots")
    shutil.copytree(LAYER / "shake" / "stand_ins", packages, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(LAYER / "billing", packages / "billing", ignore=shutil.ignore_patterns("__pycache__"))
    modules = reached(packages)
    models.trim(packages / "botocore" / "data")
    keep(packages, modules)
    compile_patterns(packages, (name for name in modules if not is_ours(name)))
    compile_in_place([file for name, file in modules.items() if file.suffix == ".py" and not is_ours(name)], packages, ON_LAMBDA)
    compile_beside(packages / "billing", f"{ON_LAMBDA}/billing")


def reached(packages: Path) -> Modules:
    """The modules that deployed code can reach: ours, all of them, and of the libraries what they lead to."""
    by_name = StripeByName(packages)
    ours: list[str] = []
    for path in sorted((packages / "billing").rglob("*.py")):
        place = path.relative_to(packages)
        ours.append(".".join(place.with_suffix("").parts))
        refuse_what_is_left_out(place, imported_by(ast.parse(path.read_bytes()), ".".join(place.parent.parts)))
    for path in sorted((PROJECT / "functions").glob("*/*.py")):
        tree = ast.parse(path.read_bytes())
        refuse_what_is_left_out(path.relative_to(PROJECT), imported_by(tree, ""))
        ours += [*imported_by(tree, ""), *by_name.modules("", tree)]
    return reachable(packages, [*ours, *ROOTS], by_name.modules, never)


def refuse_what_is_left_out(place: Path, imported: Iterable[str]) -> None:
    """Of what libraries import, something may be left out; what our own code imports it needs."""
    for name in imported:
        why = why_never(name)
        if why:
            sys.exit(f"{place} imports {name}, which the layer leaves out ({why}): see NEVER in layers/billing/shake/by_name.py.")


def is_ours(module: str) -> bool:
    return module.partition(".")[0] == "billing"


def keep(packages: Path, modules: Modules) -> None:
    """Remove what is neither a module that was reached, nor data that one reads, nor a licence."""
    kept = {file for file in modules.values() if file.is_file()}
    for path in sorted(packages.rglob("*"), reverse=True):
        part = path.relative_to(packages).parts
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif part[0].endswith(".dist-info"):
            if not any(name.lower().startswith(LICENCES) for name in part[1:]) and part[-1] != "METADATA":
                path.unlink()
        elif path not in kept and part[:2] != ("botocore", "data") and part[0] not in ("billing_roots", "billing"):
            path.unlink()


def install_locked(packages: Path, platform: str) -> None:
    """uv's environments take any target platform; only the packages in it are kept. From uv's cache alone when it has them."""
    with tempfile.TemporaryDirectory() as scratch:
        # Copies: a hard link would let an edit of the build reach into uv's cache.
        options = ("--frozen", "--only-group", "layer", "--python-platform", platform, "--no-build", "--link-mode", "copy", "--quiet")
        environment = os.environ | {"UV_PROJECT_ENVIRONMENT": scratch, "UV_PYTHON": sys.executable}
        if subprocess.run([UV, "sync", "--project", PROJECT, *options], env=environment, check=False).returncode:
            sys.exit("The layer's packages could not be installed: see above.")
        shutil.move(Path(scratch, "lib", "python{}.{}".format(*RUNTIME), "site-packages"), packages)


if __name__ == "__main__":
    if sys.version_info[:2] != RUNTIME:
        sys.exit(f"The layer is compiled by Python {RUNTIME[0]}.{RUNTIME[1]} only, as Lambda runs it: `make build` finds or fetches one.")
    build(sys.argv[1], Path(sys.argv[2]))
