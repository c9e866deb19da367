"""What import statements do not show: modules that are loaded by a name in a string, and statements that never run here."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

ROOTS = (
    "msgspec._utils",  # by msgspec's C code, when a Struct is first decoded
)

NEVER = {
    "requests": "Stripe's default HTTP client where it is installed; ours is given (billing.stripe_http)",
    "certifi": "our own roots are laid out for OpenSSL (shake.roots, billing.tls)",
    "idna": "urllib3 asks for it to encode a host name that is not ASCII; ours are",
    "boto3": "Powertools' parameters and Stripe's samples use it; we ask botocore itself",
    "aws_lambda_powertools.event_handler": "only to serialize a pydantic model, and pydantic is not here",
    "aws_lambda_powertools.utilities.data_classes": "as above",
    "urllib3.contrib.emscripten": "urllib3 in a browser",
    "urllib3.contrib.pyopenssl": "another TLS library, on demand",
    "urllib3.http2.connection": "needs h2, which is not here",
    "dateutil.tz.win": "Windows' registry",
}
"""Reached by a statement that never runs in a function of ours, whatever lies beside the layer, and why. `tests/built` runs everything
without them. (botocore.crt.auth is not among them: it is loaded where another layer brings awscrt.)"""


def never(module: str) -> bool:
    return bool(why_never(module))


def why_never(module: str) -> str:
    """The reason for which a module is left out; "" for one that is not."""
    return next((why for each, why in NEVER.items() if module == each or module.startswith(f"{each}.")), "")


class StripeByName:
    """stripe-python loads services and classes when their attribute is first asked for. Which ones we ask for stands in our code:

    `stripe.v1.checkout.sessions.create(...)` loads the services `checkout` and `sessions`; `stripe.StripeClient` the client.
    What an answer holds has no class in the layer: shake/stand_ins/stripe/_object_classes.py.
    """

    def __init__(self, packages: Path) -> None:
        self._packages = packages
        self._names: dict[str, list[Any]] = _literal(packages / "stripe" / "__init__.py", "_import_map")

    def modules(self, _: str, tree: ast.Module) -> Iterator[str]:
        """What a module with this syntax tree loads of stripe's by name."""
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "stripe":
                yield from self._named([alias.name for alias in node.names])
            elif isinstance(node, ast.Attribute):
                path = _path(node)
                if path[0] == "stripe":
                    yield from self._named(path[1:2])
                if "v1" in path:
                    yield from self._services("stripe._v1_services", path[path.index("v1") + 1 :])

    def _named(self, names: list[str]) -> Iterator[str]:
        yield from (self._names[name][0] for name in names if name in self._names)

    def _services(self, module: str, path: list[str]) -> Iterator[str]:
        """Down the services' own tables, as far as the names are services and not a method."""
        yield module
        table = _literal(self._packages.joinpath(*module.split(".")).with_suffix(".py"), "_subservices")
        if path and path[0] in table:
            yield from self._services(table[path[0]][0], path[1:])


def _path(node: ast.Attribute) -> list[str]:
    """["stripe", "v1", "prices"] of `stripe.v1.prices`; begins with "" where that is said of the result of a call."""
    if isinstance(node.value, ast.Attribute):
        return [*_path(node.value), node.attr]
    return [node.value.id if isinstance(node.value, ast.Name) else "", node.attr]


def _literal(file: Path, name: str) -> dict[str, list[Any]]:
    """The dict that a module binds to a name, wherever; {} if it binds none."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == name and isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            return cast(dict[str, list[Any]], ast.literal_eval(node.value))
    return {}
