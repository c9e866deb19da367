"""The modules that code can reach by its import statements, wherever in it they stand: in a function, in an `except`, at the end of a file.

Nothing is run and nothing is guessed: a statement that might import something is taken to do so, unless it is for type checkers only.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

Modules = dict[str, Path]
"""File by full name; a namespace package has its folder."""

Edges = Callable[[str, ast.Module], Iterable[str]]
"""Names of modules that a module loads by other means than a statement, from its name and its syntax tree."""


def reachable(folder: Path, roots: Iterable[str], more: Edges, never: Callable[[str], bool]) -> Modules:
    """Of the modules in a folder, those that `roots` can reach, and the packages around them. Whatever `never` names is left out."""
    found: Modules = {}
    waiting: list[str] = []

    def visit(name: str) -> None:
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            module = ".".join(parts[:length])
            if module in found:
                continue
            file = _file_of(folder, module)
            if file is None or never(module):
                return
            found[module] = file
            waiting.append(module)

    for root in roots:
        visit(root)
    while waiting:
        name = waiting.pop()
        if found[name].suffix == ".py":
            tree = ast.parse(found[name].read_bytes(), name)
            package = name if found[name].name == "__init__.py" else name.rpartition(".")[0]
            for imported in imported_by(tree, package):
                visit(imported)
            for imported in more(name, tree):
                visit(imported)
    return found


def _file_of(folder: Path, module: str) -> Path | None:
    path = folder.joinpath(*module.split("."))
    for candidate in (path / "__init__.py", path.with_name(f"{path.name}.py"), *sorted(path.parent.glob(f"{path.name}.*.so"))):
        if candidate.is_file():
            return candidate
    return path if path.is_dir() else None


def imported_by(tree: ast.AST, package: str) -> Iterator[str]:
    """Full names of what the statements import. Of `from a import b`, b may be a module too, and is named as one."""
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            base = _absolute(node, package)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    above = package.split(".")
    return ".".join([*above[: len(above) - node.level + 1], *filter(None, [node.module])])


def _statements(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and _for_type_checkers(node.test):
            for otherwise in node.orelse:
                yield from _statements(ast.Module([otherwise], []))
        else:
            yield from _statements(node)


def _for_type_checkers(test: ast.expr) -> bool:
    return (test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else "") == "TYPE_CHECKING"
