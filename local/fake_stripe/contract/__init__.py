"""What each Stripe release accepts and answers, as the stripe-python that pins it declares."""

import importlib.util
import json
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import InvalidRequest
from .extract import extract

REPOSITORY = Path(__file__).resolve().parents[3]
CACHE = REPOSITORY / ".cache" / "fake_stripe"
# Moves when what extract.py writes changes, so that no stale cache is read.
FORMAT = 2

CLOVER = "2025-09-30.clover"
INSTALL = {CLOVER: "UV_PROJECT_ENVIRONMENT=.venv-clover uv sync --frozen --only-group clover"}


@dataclass(frozen=True, slots=True)
class Route:
    """One call of Stripe's API: `params` and `returns` as in extract.py."""

    method: str
    path: str
    params: str | None
    returns: Any


@dataclass(slots=True)
class Contract:
    """One release. `shape` plans are worked out when first needed and kept (contract/shape.py)."""

    api_version: str
    sdk_version: str
    classes: dict[str, dict]
    objects: dict[str, str]
    routes: list[Route]
    plans: dict[str, dict] = field(default_factory=dict)
    names: dict[str, str] = field(init=False)
    """From a class to the `object` value of what it describes."""

    def __post_init__(self) -> None:
        self.names = {class_key: name for name, class_key in self.objects.items()}

    @property
    def is_clover(self) -> bool:
        """Shapes and parameters before the endive changes named in resources/."""
        return self.api_version < "2026"

    def fields(self, object_name: str) -> dict:
        """The fields of an object by its `object` value; empty when the release does not know it."""
        return self.classes.get(self.objects.get(object_name, ""), {})


_loaded: dict[str, Contract] = {}


@cache
def default_contract() -> Contract:
    """The release of the stripe-python beside this package: the account's default API version."""
    return _load(_installed())


def contract_for(api_version: str | None) -> Contract:
    """The contract of a request's `Stripe-Version`. Raises InvalidRequest for a release no installed SDK describes."""
    default = default_contract()
    if api_version in (None, "", default.api_version):
        return default
    if api_version in _loaded:
        return _loaded[api_version]
    for package in REPOSITORY.glob(".venv-*/lib/python*/site-packages/stripe"):
        if (package / "_api_version.py").exists():
            contract = _load(package)
            if contract.api_version == api_version:
                return contract
    hint = f" Install its SDK: {INSTALL[api_version]}" if api_version in INSTALL else ""
    raise InvalidRequest(f"Invalid Stripe API version: {api_version}. This stand-in reads releases from stripe-python.{hint}")


def known_contracts() -> list[Contract]:
    """Every release an SDK is installed for, the default first."""
    default_contract()
    for package in REPOSITORY.glob(".venv-*/lib/python*/site-packages/stripe"):
        if (package / "_api_version.py").exists():
            _load(package)
    return list(_loaded.values())


def _installed() -> Path:
    spec = importlib.util.find_spec("stripe")
    if spec is None or spec.origin is None:
        raise RuntimeError("The fake Stripe reads its contract from the stripe package: install it (pip install stripe).")
    return Path(spec.origin).parent


def _load(package: Path) -> Contract:
    version = _sdk_version(package)
    for contract in _loaded.values():
        if contract.sdk_version == version:
            return contract
    cache = CACHE / f"contract-{FORMAT}-{version}.json"
    if cache.exists():
        data = json.loads(cache.read_text())
    else:
        data = extract(package)
        _write(cache, json.dumps(data))
    contract = Contract(
        api_version=data["api_version"],
        sdk_version=data["sdk_version"],
        classes=data["classes"],
        objects=data["objects"],
        routes=[Route(**route) for route in data["routes"] if route["path"].startswith("/v1/")],
    )
    _loaded[contract.api_version] = contract
    return contract


def _sdk_version(package: Path) -> str:
    return (package / "_version.py").read_text().split('"')[1]


def _write(path: Path, text: str) -> None:
    """Whole or not at all: two processes may start at once. A folder that cannot be written only costs time at the next start."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(text)
        partial.replace(path)
    except OSError:
        return
