"""What is measured, laid out as Lambda lays it out: a function's folder (/var/task) and a layer's (/opt/python)."""

import atexit
import compileall
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from py_compile import PycInvalidationMode

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "bench"
LAYER = ROOT / "layers" / "billing"
TOOLS = ROOT / ".venv-sam" / "bin"
PYTHON = (TOOLS / "python3.13").resolve()
"""Lambda's own release. Run with -S, so that no environment of ours is on its path."""
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
ZIPPED_AT = 315_532_800
"""1 January 1980 in Unix seconds: the time of every file that SAM zips, which is what a .pyc in it is checked against."""

_HASHED = re.compile(r"[0-9a-f]{8}\.0")

FUNCTIONS = {
    "webhook": "WebhookFunction",
    "checkout": "CreateCheckoutSessionFunction",
    "cancel": "CancelSubscriptionFunction",
    "account": "AccountFunction",
    "entitlements": "EntitlementsFunction",
}


@cache
def scratch() -> Path:
    """A folder of this run's own, so that two of them do not meet; gone when it ends."""
    BUILD.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=BUILD))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class BenchError(Exception):
    """One line that says what is missing or went wrong."""


@dataclass(frozen=True)
class Artefact:
    """Built code: the folder of each function by its logical id, and what is on the path behind it."""

    name: str
    functions: dict[str, Path]
    layers: tuple[Path, ...]


def ours(built: Path | None = None) -> Artefact:
    """What `make build` makes, built now, or found in `built`."""
    folder = built or sam_build(ROOT / "template.yaml", scratch() / "ours")
    return Artefact("ours", {name: folder / logical for name, logical in FUNCTIONS.items()}, (folder / "BillingLayer" / "python",))


def plain() -> Artefact:
    """The same code as `sam build` ships it where nobody helps: its own Python builder, for the functions and for the layer.

    The layer's requirements are the locked ones. There is no bytecode in what comes out, and Lambda's folders cannot be written to.
    """
    source = scratch() / "plain-source"
    layer = source / "layer"
    shutil.copytree(LAYER / "billing", layer / "billing", ignore=shutil.ignore_patterns("__pycache__"))
    (layer / "requirements.txt").write_text(locked_requirements())
    shutil.copytree(ROOT / "functions", source / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    lines = ["AWSTemplateFormatVersion: '2010-09-09'", "Transform: AWS::Serverless-2016-10-31", "Resources:"]
    for name, logical in FUNCTIONS.items():
        folder = next(path.parent for path in (source / "functions").glob("*/*.py") if _handles(path, name))
        lines += [f"  {logical}:", "    Type: AWS::Serverless::Function"]
        lines += [f"    Properties: {{ CodeUri: functions/{folder.name}, Handler: {folder.name}.handler, Runtime: python3.13 }}"]
    lines += ["  BillingLayer:", "    Type: AWS::Serverless::LayerVersion"]
    lines += ["    Metadata: { BuildMethod: python3.13 }", "    Properties: { ContentUri: layer, CompatibleRuntimes: [python3.13] }"]
    (source / "template.yaml").write_text("\n".join(lines) + "\n")
    folder = sam_build(source / "template.yaml", scratch() / "plain")
    return Artefact(
        "plain sam build", {name: folder / logical for name, logical in FUNCTIONS.items()}, (folder / "BillingLayer" / "python",)
    )


def _handles(path: Path, name: str) -> bool:
    return path.stem == {"checkout": "create_checkout_session", "cancel": "cancel_subscription"}.get(name, name)


def naive(libraries: Artefact) -> Artefact:
    """The usual stack (bench/naive) over the libraries as plain `sam build` ships them."""
    folder = scratch() / "naive"
    shutil.copytree(Path(__file__).with_name("naive"), folder, ignore=shutil.ignore_patterns("__pycache__"))
    return Artefact("naive", {"webhook": folder}, libraries.layers)


def floor(roots: str) -> Artefact:
    """bench/floors, laid out no worse than ours: valid bytecode, its roots (PEM) found by a hash, its regular expressions compiled."""
    folder = scratch() / "floor"
    shutil.copytree(Path(__file__).with_name("floors"), folder, ignore=shutil.ignore_patterns("__pycache__"))
    _add_hashed(folder / "roots", roots)
    modules = [path.stem for path in folder.glob("*.py") if not path.stem.startswith("primed_")]
    script = "import sys, pathlib, shake.patterns; shake.patterns.compile_patterns(pathlib.Path(sys.argv[1]), sys.argv[2:])"
    subprocess.run([PYTHON, "-S", "-c", script, folder, *modules], env={"PYTHONPATH": str(LAYER)}, check=True)
    compileall.compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return Artefact("floor", dict.fromkeys(FUNCTIONS, folder), ())


@cache
def runtime() -> Path:
    """What Lambda's own runtime has on the path and ours must not ship: the hooks around a snapshot."""
    folder = scratch() / "runtime"
    folder.mkdir(parents=True, exist_ok=True)
    for path in (ROOT / ".venv").glob("lib/python*/site-packages/snapshot_restore_py.py"):
        shutil.copy(path, folder)
    compileall.compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return folder


@cache
def pip_installed() -> Path:
    """The layer's locked packages as `pip install --target` leaves them, bytecode included."""
    folder = scratch() / "pip"
    folder.mkdir(parents=True)
    requirements = scratch() / "requirements.txt"
    requirements.write_text(locked_requirements())
    options = ["--target", folder, "--python", PYTHON, "--compile-bytecode", "--link-mode", "copy", "--quiet"]
    done = subprocess.run([TOOLS / "uv", "pip", "install", *options, "-r", requirements], capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"uv pip install failed: {done.stderr.strip()}")
    return folder


def zipped_size(folder: Path, bytecode: bool = True) -> int:
    """Bytes of a zip of all files below a folder, or of all that are no bytecode, compressed as zip does by default."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and (bytecode or path.suffix != ".pyc"):
                    archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder))), path.read_bytes(), zipfile.ZIP_DEFLATED)
        return file.tell()


def trusting(artefact: Artefact, root: str) -> Artefact:
    """A copy of an artefact whose bundles and folders of roots trust one more (PEM), with the times that files have on Lambda."""
    folder = scratch() / "measured" / artefact.name.replace(" ", "-")
    functions = {name: folder / "functions" / name for name in artefact.functions}
    for name, copy in functions.items():
        shutil.copytree(artefact.functions[name], copy)
    layers = tuple(folder / f"layer{number}" for number in range(len(artefact.layers)))
    for layer, copy in zip(artefact.layers, layers, strict=True):
        shutil.copytree(layer, copy)
    for hashed in {path.parent for path in folder.rglob("*.0") if _HASHED.fullmatch(path.name)}:
        _add_hashed(hashed, root)
    for path in folder.rglob("*"):
        if path.suffix in (".pem", ".crt") and "BEGIN CERTIFICATE" in path.read_text(errors="replace"):
            path.write_text(path.read_text() + "\n" + root)
        os.utime(path, (ZIPPED_AT, ZIPPED_AT))
    return Artefact(artefact.name, functions, layers)


def _add_hashed(folder: Path, roots: str) -> None:
    """To a folder in which OpenSSL finds each root by a hash of its subject, as the layer's build makes it."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(roots)
        file.flush()
        subprocess.run([TOOLS / "python", LAYER / "shake" / "roots.py", file.name, folder], check=True)


def sam_build(template: Path, folder: Path) -> Path:
    """The real `sam build`, for this machine's own processor."""
    command = [TOOLS / "sam", "build", "--template", template, "--build-dir", folder]
    overrides = ["--parameter-overrides", f"Architecture={ARCHITECTURE}"] if "Architecture:" in template.read_text() else []
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([*command, *overrides], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"sam build failed: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    return folder


def locked_requirements() -> str:
    """The layer's packages as requirements.txt, from the lock file."""
    command = [TOOLS / "uv", "export", "--frozen", "--only-group", "layer", "--no-hashes", "--no-header", "--no-annotate", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"uv export failed: {done.stderr.strip()}")
    return done.stdout


def require_python() -> None:
    if not PYTHON.exists():
        sys.exit("Python 3.13 is needed, as Lambda runs it: `make bench` finds or fetches one.")
