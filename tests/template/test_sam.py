"""The real `sam` accepts the template, and builds what Lambda can run."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.sam_cli import HOST_ARCHITECTURE, ROOT, CloudFormation, sam

pytestmark = pytest.mark.slow

OTHER_ARCHITECTURE = {"arm64": "x86_64", "x86_64": "arm64"}[HOST_ARCHITECTURE]
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
"""The processor's name in a Linux library's file name, by Lambda's name for the architecture."""

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
layer, *modules = sys.argv[1:]
sys.path[:0] = [layer, *(module.rpartition("/")[0] for module in modules)]
import billing, pynamodb.models, stripe
names = [module.name for module in pkgutil.walk_packages(billing.__path__, "billing.")]
for name in names + [module.rpartition("/")[2] for module in modules]:
    importlib.import_module(name)
print("\\n".join(sorted({m.__file__ for m in sys.modules.values() if getattr(m, "__file__", None)})))
"""

IMPORT_BILLING = "import sys; sys.path.insert(0, sys.argv[1]); import billing.release; print(len(billing.release.RELEASES))"


def run_alone(python: Path, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program that sees the standard library and nothing else of this machine: no site-packages, no environment."""
    return subprocess.run([python, "-I", "-S", "-c", program, *arguments], env={}, capture_output=True, text=True, check=False)


def test_sam_validate_and_cfn_lint_find_nothing() -> None:
    assert "is a valid SAM Template" in sam("validate", "--lint")


def test_every_function_is_built_with_its_own_module_and_nothing_else(built: Path, cloudformation: CloudFormation) -> None:
    functions = cloudformation.of_type("AWS::Lambda::Function")
    assert functions
    for logical_id, function in functions.items():
        module = function["Handler"].partition(".")[0]
        files = {str(path.relative_to(built / logical_id)) for path in (built / logical_id).rglob("*") if path.is_file()}
        bytecode = {file for file in files if file.startswith("__pycache__/") and file.endswith(".cpython-313.pyc")}
        assert f"{module}.py" in files
        assert all(file.endswith(".py") for file in files - bytecode), files
        assert len(bytecode) == len(files - bytecode), files


@pytest.mark.skipif(sys.platform != "linux", reason="Linux libraries cannot be loaded here")
def test_deployed_code_needs_the_built_layer_and_the_standard_library_alone(
    built: Path, cloudformation: CloudFormation, lambda_python: Path
) -> None:
    handlers = {name: function["Handler"] for name, function in cloudformation.of_type("AWS::Lambda::Function").items()}
    modules = [built / name / handler.rpartition(".")[0] for name, handler in handlers.items()]
    layer = built / "BillingLayer" / "python"
    done = run_alone(lambda_python, IMPORT_EVERYTHING, layer, *modules)
    assert done.returncode == 0, done.stderr
    assert not [file for file in done.stdout.split() if "site-packages" in file or file.startswith(str(ROOT / "layers"))]
    assert str(layer / "stripe" / "__init__.pyc") in done.stdout


def test_the_layer_carries_bytecode_that_lambda_uses(built: Path, lambda_python: Path, tmp_path: Path) -> None:
    """The source is spoilt: only bytecode that nobody checks against it can still be imported."""
    shutil.copytree(built / "BillingLayer" / "python" / "billing", tmp_path / "billing")
    release = tmp_path / "billing" / "release.py"
    release.write_text("this is not Python")
    done = run_alone(lambda_python, IMPORT_BILLING, tmp_path)
    assert done.stdout == "2\n", done.stderr


def test_all_of_the_layer_is_compiled(built: Path) -> None:
    layer = built / "BillingLayer" / "python"
    sources = set(layer.rglob("*.py"))
    assert {path.relative_to(layer).parts[0] for path in sources} == {"billing"}  # libraries: bytecode in the source's place
    compiled = {path.parent.parent / f"{path.name.partition('.')[0]}.py" for path in layer.rglob("__pycache__/*.cpython-313.pyc")}
    assert sources == compiled
    assert layer.joinpath("stripe", "__init__.pyc").is_file()


def test_the_layer_keeps_the_licences(built: Path) -> None:
    metadata = (built / "BillingLayer" / "python").glob("*.dist-info")
    without = [folder.name for folder in metadata if not any("licen" in path.name.lower() for path in folder.rglob("*"))]
    assert without == []


def test_the_layer_is_built_for_the_architecture_of_the_stack(built: Path, lambda_python: Path, tmp_path: Path) -> None:
    sam("build", "BillingLayer", "--build-dir", tmp_path, "--parameter-overrides", f"Architecture={OTHER_ARCHITECTURE}")
    for folder, architecture in ((built, HOST_ARCHITECTURE), (tmp_path, OTHER_ARCHITECTURE)):
        libraries = [path.name for path in (folder / "BillingLayer").rglob("*.so*")]
        assert libraries
        assert all(MACHINES[architecture] in name for name in libraries), libraries


def test_the_built_template_points_at_what_was_built(built: Path) -> None:
    text = (built / "template.yaml").read_text()
    assert "ContentUri: BillingLayer" in text
    assert "CodeUri: WebhookFunction" in text


def test_two_builds_of_the_layer_are_the_same_byte_for_byte(lambda_python: Path, tmp_path: Path) -> None:
    contents = []
    for name in ("first", "second"):
        sam("build", "BillingLayer", "--build-dir", tmp_path / name)
        layer = tmp_path / name / "BillingLayer"
        contents.append({str(path.relative_to(layer)): path.read_bytes() for path in layer.rglob("*") if path.is_file()})
    assert contents[0].keys() == contents[1].keys()
    assert [name for name, content in contents[0].items() if content != contents[1][name]] == []
