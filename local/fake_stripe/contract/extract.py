"""Reads a stripe-python checkout's source and returns, as plain JSON-able data, every route, parameter and object it declares.

Read by AST, never by import: forward references under TYPE_CHECKING do not resolve at run time, and two releases of the
same package cannot be imported into one process.

Types are written compactly:

    "str" | "int" | "float" | "bool" | "any"
    ["enum", [value, ...]]          one of these constants
    ["list", type]  ["map", type]   array; string-keyed hash
    ["ref", "module:Class.Inner"]   a hash with declared fields (an entry of `classes`)
    ["id", "module:Class"]          an expandable field: an id, or the object
    ["page", "module:Class"]        a list object (`ListObject[...]`)
    ["union", [type, ...]]

A class is `{field: [type, required]}`; `required` means "always present" for objects and "must be sent" for parameters.
"""

import ast
from pathlib import Path
from typing import Any

SCALARS = {"str": "str", "int": "int", "float": "float", "bool": "bool", "Any": "any", "object": "any", "Decimal": "str"}
OPAQUE = "any"


def extract(package: Path) -> dict:
    """Everything the package at `package` (the folder named `stripe`) declares: `{api_version, sdk_version, routes, classes, objects}`."""
    classes: dict[str, dict] = {}
    objects: dict[str, str] = {}
    routes: list[dict] = []
    for path in sorted(package.rglob("_*.py")):
        relative = path.relative_to(package)
        if relative.parts[0] in ("v2", "events", "_http_client.py", "_encode.py") or path.name == "__init__.py":
            continue
        module = _Module(".".join(relative.with_suffix("").parts), ast.parse(path.read_text()))
        if path.name.endswith("_service.py"):
            routes += module.routes()
        else:
            module.collect(classes, objects)
    return {
        "sdk_version": _constant(package / "_version.py", "VERSION"),
        "api_version": _constant(package / "_api_version.py", "CURRENT"),
        "routes": routes,
        "classes": classes,
        "objects": objects,
    }


def _constant(path: Path, name: str) -> str:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    raise ValueError(f"{path} has no {name}")


class _Module:
    """One source file: its imports, so that names in annotations become `module:Class`."""

    def __init__(self, name: str, tree: ast.Module):
        self.name = name
        self.tree = tree
        self.imports: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("stripe"):
                source = node.module.removeprefix("stripe").lstrip(".")
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = f"{source}:{alias.name}"
        self.local = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}

    def collect(self, classes: dict, objects: dict) -> None:
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef):
                self._collect_class(node, (node.name,), [], classes, objects)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _name(node.value.func) == "TypedDict":
                self._collect_functional(node, classes)

    def _collect_class(self, node: ast.ClassDef, path: tuple[str, ...], scopes: list[dict], classes: dict, objects: dict) -> None:
        """`scopes` are the classes nested in the enclosing ones, innermost last: an annotation may name any of them."""
        inner = {child.name: ".".join((*path, child.name)) for child in node.body if isinstance(child, ast.ClassDef)}
        scopes = [*scopes, inner]
        fields = {}
        for child in node.body:
            if isinstance(child, ast.ClassDef):
                self._collect_class(child, (*path, child.name), scopes, classes, objects)
            elif isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
                if child.target.id == "OBJECT_NAME":
                    if child.value is not None:
                        objects.setdefault(ast.literal_eval(child.value), f"{self.name}:{node.name}")
                else:
                    fields[child.target.id] = self._field(child.annotation, scopes)
        classes[f"{self.name}:{'.'.join(path)}"] = fields

    def _collect_functional(self, node: ast.Assign, classes: dict) -> None:
        """`X = TypedDict("X", {"from": ...})`: how the generator writes fields that are Python keywords."""
        call = node.value
        assert isinstance(call, ast.Call)
        name, body = call.args
        if isinstance(body, ast.Dict):
            fields = {ast.literal_eval(key): self._field(value, []) for key, value in zip(body.keys, body.values, strict=True) if key}
            classes[f"{self.name}:{ast.literal_eval(name)}"] = fields

    def _field(self, annotation: ast.expr, scopes: list[dict]) -> list:
        annotation = _unquote(annotation)
        required = True
        while isinstance(annotation, ast.Subscript) and _name(annotation.value) in ("Optional", "NotRequired"):
            required = False
            annotation = _unquote(annotation.slice)
        return [self._type(annotation, scopes), required]

    def _type(self, node: ast.expr, scopes: list[dict]) -> Any:
        node = _unquote(node)
        if isinstance(node, ast.BinOp):
            return _union([self._type(part, scopes) for part in _alternatives(node)])
        if isinstance(node, ast.Subscript):
            return self._generic(node, scopes)
        if isinstance(node, ast.Constant) and node.value is None:
            return ["enum", [None]]
        name = _name(node)
        if name in SCALARS:
            return SCALARS[name]
        return self._reference(name, scopes)

    def _generic(self, node: ast.Subscript, scopes: list[dict]) -> Any:
        name = _name(node.value)
        arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name == "Literal":
            return ["enum", [ast.literal_eval(argument) for argument in arguments]]
        if name == "Union":
            return _union([self._type(argument, scopes) for argument in arguments])
        if name == "Optional":
            return self._type(arguments[0], scopes)
        if name in ("List", "list"):
            return ["list", self._type(arguments[0], scopes)]
        if name in ("Dict", "dict", "Mapping"):
            return ["map", self._type(arguments[1], scopes)]
        if name == "UntypedStripeObject":
            return ["map", self._type(arguments[0], scopes)]
        if name == "ExpandableField":
            return ["id", self._target(arguments[0], scopes)]
        if name in ("ListObject", "SearchResultObject"):
            return ["page", self._target(arguments[0], scopes)]
        return OPAQUE

    def _target(self, node: ast.expr, scopes: list[dict]) -> Any:
        kind = self._type(node, scopes)
        if isinstance(kind, list) and kind[0] == "ref":
            return kind[1]
        return OPAQUE

    def _reference(self, name: str, scopes: list[dict]) -> Any:
        for scope in reversed(scopes):
            if name in scope:
                return ["ref", f"{self.name}:{scope[name]}"]
        if name in self.local:
            return ["ref", f"{self.name}:{name}"]
        if name in self.imports:
            return ["ref", self.imports[name]]
        if "." in name:  # `Inner.Deeper`, written from outside the class
            return ["ref", f"{self.name}:{name}"]
        return OPAQUE

    def routes(self) -> list[dict]:
        found = []
        for service in (node for node in self.tree.body if isinstance(node, ast.ClassDef)):
            for method in (node for node in service.body if isinstance(node, ast.FunctionDef)):
                route = self._route(method)
                if route:
                    found.append(route)
        return found

    def _route(self, method: ast.FunctionDef) -> dict | None:
        for call in (node for node in ast.walk(method) if isinstance(node, ast.Call)):
            if _name(call.func) != "self._request" or len(call.args) < 2:
                continue
            verb, path = call.args[0], call.args[1]
            if isinstance(path, ast.Call) and isinstance(path.func, ast.Attribute):
                path = path.func.value
            if not (isinstance(verb, ast.Constant) and isinstance(path, ast.Constant)):
                continue
            params = next((a.annotation for a in method.args.args if a.arg == "params"), None)
            returns = self._type(method.returns, []) if method.returns else OPAQUE
            return {
                "method": str(verb.value).upper(),
                "path": path.value,
                "params": self._field(params, [])[0][1] if params else None,
                "returns": returns,
            }
        return None


def _union(parts: list) -> Any:
    """Unions flattened, their constants merged. `Union[Literal["a"], str]` is how newer SDKs write an enum that may grow: it stays an
    enum here; only `Literal['']|str` (a string, or the empty string that unsets it) is a plain string."""
    flat: list = []
    for part in parts:
        flat += part[1] if isinstance(part, list) and part[0] == "union" else [part]
    constants = [value for part in flat if isinstance(part, list) and part[0] == "enum" for value in part[1]]
    others = [part for part in flat if not (isinstance(part, list) and part[0] == "enum")]
    if any(constant for constant in constants) and "str" in others:
        others.remove("str")
    maps = [part for part in others if isinstance(part, list) and part[0] == "map"]
    others = [part for index, part in enumerate(others) if part not in maps[1:] or others.index(part) == index]
    merged = ([["enum", constants]] if constants else []) + others
    return merged[0] if len(merged) == 1 else ["union", merged]


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return _alternatives(node.left) + _alternatives(node.right)
    return [node]


def _unquote(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return ast.parse(node.value, mode="eval").body
    return node


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
