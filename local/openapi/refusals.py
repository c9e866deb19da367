"""The codes that each kind of refusal may carry, read off the source: wherever one is made, its code stands there as a literal."""

import ast
from collections.abc import Iterator
from functools import cache

from billing.errors import Refused
from local.children import ROOT

SOURCES = ("layers/billing/billing", "functions")


@cache
def codes() -> dict[type[Refused], list[str]]:
    """By class, in alphabetical order. Raises `ValueError` for a code that is no literal: then nobody can know it beforehand."""
    kinds = {kind.__name__: kind for kind in Refused.__subclasses__()}
    found: dict[type[Refused], set[str]] = {kind: set() for kind in kinds.values()}
    for name, call in _calls():
        if name in kinds:
            found[kinds[name]].add(_literal(call))
    return {kind: sorted(each) for kind, each in found.items()}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(), str(path))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield node.func.id, node


def _literal(call: ast.Call) -> str:
    code = call.args[0] if call.args else None
    if not isinstance(code, ast.Constant) or not isinstance(code.value, str):
        raise ValueError(f"{ast.unparse(call)}: the code is no literal")
    return code.value
