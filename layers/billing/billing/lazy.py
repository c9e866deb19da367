"""Modules that are loaded when something of theirs is first used, and not where they are imported.

`import stripe` at the head of a module then costs nothing in a function, or on a path, that never asks Stripe. importlib's own LazyLoader
would load at the second `import` statement, which looks at `__spec__`; here only an attribute that is not there yet does.
"""

import sys
from importlib.util import find_spec, module_from_spec
from threading import RLock
from types import ModuleType
from typing import Any

_loading = RLock()


class _Deferred(ModuleType):
    def __getattr__(self, name: str) -> Any:
        with _loading:  # another thread that asks meanwhile waits until the module is whole
            hidden: dict[str, Any] | None = self.__dict__.pop("_hidden", None)
            if hidden is not None and self.__spec__ and self.__spec__.loader:
                self.__dict__.update(hidden)
                self.__spec__.loader.exec_module(self)
                object.__setattr__(self, "__class__", ModuleType)
            elif type(self) is _Deferred:
                raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)
        return getattr(self, name)


def defer(*names: str) -> None:
    """From now on these modules are loaded at first use; those that are loaded already stay. A module that is not there is left to
    whoever imports it."""
    for name in names:
        spec = None if name in sys.modules else find_spec(name)
        if spec is not None:
            module = module_from_spec(spec)
            module.__class__ = _Deferred
            # A package's __path__ is what an import of one of its modules looks at first: that loads the package, as ever.
            module.__dict__["_hidden"] = {hidden: module.__dict__.pop(hidden) for hidden in ("__path__",) if hidden in module.__dict__}
            sys.modules[name] = module
            package, _, child = name.rpartition(".")
            if package:
                setattr(sys.modules[package], child, module)
