"""Rules for what is deployed, read off its source: imports point inward, and nothing looks at the environment while it is imported."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.template.sam_cli import ROOT

LAYER = sorted((ROOT / "layers" / "billing" / "billing").rglob("*.py"))
FUNCTIONS = sorted((ROOT / "functions").rglob("*.py"))
FUNCTION_NAMES = {path.parent.name for path in FUNCTIONS}
FAKE_STRIPE = sorted((ROOT / "local" / "fake_stripe").rglob("*.py"))

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

MODULE_OF = {"aws-lambda-powertools": "aws_lambda_powertools"}
SHIPPED = {
    MODULE_OF.get(name, name) for requirement in PYPROJECT["dependency-groups"]["layer"] for name in [requirement.partition("==")[0]]
} | {"botocore", "urllib3", "snapshot_restore_py"}
"""What the layer ships: the group `layer`, what pynamodb talks to AWS by; and SnapStart's hooks, which Lambda's runtime has."""


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def type_checking_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports(tree: ast.AST) -> Iterator[str]:
    """Top-level names of all that a module imports at run time, wherever in it; a relative import is ''."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0] if not node.level else ""
        elif not type_checking_only(node):
            yield from imports(node)


def environment_reads_at_import(tree: ast.AST) -> Iterator[int]:
    """Lines that touch os.environ or os.getenv as the module is imported: anywhere but in the body of a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in ("environ", "environb", "getenv"):
                yield node.lineno
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for evaluated_now in [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]:
                yield from environment_reads_at_import(ast.Expression(evaluated_now))
        elif not isinstance(node, ast.Lambda):
            yield from environment_reads_at_import(node)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", LAYER, ids=relative)
def test_the_layer_imports_itself_and_what_ships_with_it(path: Path) -> None:
    assert set(imports(parsed(path))) - sys.stdlib_module_names <= SHIPPED | {"billing"}


@pytest.mark.parametrize("path", FUNCTIONS, ids=relative)
def test_a_function_imports_the_layer_and_no_other_function(path: Path) -> None:
    assert set(imports(parsed(path))) - sys.stdlib_module_names <= SHIPPED | {"billing"}


@pytest.mark.parametrize("path", FAKE_STRIPE, ids=relative)
def test_the_local_stripe_knows_nothing_of_what_it_tests(path: Path) -> None:
    assert set(imports(parsed(path))).isdisjoint({"billing", "functions", "layers", "ops", "tests", *FUNCTION_NAMES})


@pytest.mark.parametrize("path", [*LAYER, *FUNCTIONS], ids=relative)
def test_nothing_deployed_reads_the_environment_while_it_is_imported(path: Path) -> None:
    assert list(environment_reads_at_import(parsed(path))) == []


def test_a_function_is_a_module_of_its_folders_name() -> None:
    assert {relative(path) for path in FUNCTIONS} >= {f"functions/{name}/{name}.py" for name in FUNCTION_NAMES}


def test_pyright_finds_every_function() -> None:
    assert set(PYPROJECT["tool"]["pyright"]["extraPaths"]) == {"layers/billing", *(f"functions/{name}" for name in FUNCTION_NAMES)}


@pytest.mark.parametrize(
    "source",
    [
        "import os\nTABLE = os.environ['TABLE']",
        "from os import environ\nTABLE = environ['TABLE']",
        "import os\nclass Settings:\n    table = os.getenv('TABLE')",
        "import os\ndef table(name=os.environ['TABLE']): ...",
        "import os\n@cached(os.environ['TABLE'])\ndef table(): ...",
        "import os\nif os.environ.get('STAGE') == 'dev':\n    DEBUG = True",
    ],
)
def test_a_read_at_import_is_seen(source: str) -> None:
    assert list(environment_reads_at_import(ast.parse(source)))


@pytest.mark.parametrize("source", ["import os\ndef table(): return os.environ['TABLE']", "import os\ntable = lambda: os.environ['TABLE']"])
def test_a_read_at_a_call_is_fine(source: str) -> None:
    assert list(environment_reads_at_import(ast.parse(source))) == []


def test_an_import_inside_a_function_is_seen() -> None:
    assert set(imports(ast.parse("def late():\n    import local.gateway\n    from plans import handler"))) == {"local", "plans"}
