"""Checks a request's parameters against the SDK's own TypedDicts and turns form strings into typed values.

Raises InvalidRequest with Stripe's `code` and the parameter's bracketed name. Messages follow Stripe's wording closely enough to
be recognised; the codes are what callers may rely on.
"""

from typing import Any

from ..errors import InvalidRequest
from ..server.forms import bracket


def validate(classes: dict, class_key: str | None, given: dict) -> dict:
    """`given` (nested hashes of strings, or of Python values when called in-process) as typed parameters."""
    return _Validator(classes).fields(classes.get(class_key, {}) if class_key else {}, given, ())


class _Validator:
    def __init__(self, classes: dict):
        self.classes = classes

    def fields(self, declared: dict, given: dict, path: tuple[str, ...]) -> dict:
        unknown = [name for name in given if name not in declared]
        if unknown:
            names = ", ".join(bracket((*path, name)) for name in unknown)
            plural = "s" if len(unknown) > 1 else ""
            raise InvalidRequest(
                f"Received unknown parameter{plural}: {names}", code="parameter_unknown", param=bracket((*path, unknown[0]))
            )
        for name, (_, required) in declared.items():
            if required and name not in given:
                param = bracket((*path, name))
                raise InvalidRequest(f"Missing required param: {param}.", code="parameter_missing", param=param)
        return {name: self.value(declared[name][0], value, (*path, name)) for name, value in given.items() if value is not None}

    def value(self, kind: Any, given: Any, path: tuple[str, ...]) -> Any:
        if isinstance(kind, str):
            return _scalar(kind, given, path)
        name, detail = kind
        if name == "enum":
            return _enum(detail, given, path)
        if name == "list":
            return [self.value(detail, item, (*path, str(index))) for index, item in enumerate(_items(given, path))]
        if name == "map":
            return {key: self.value(detail, item, (*path, key)) for key, item in _hash(given, path).items()}
        if name == "ref":
            return self.fields(self.classes.get(detail, {}), _hash(given, path), path)
        return self.union(detail, given, path)

    def union(self, kinds: list, given: Any, path: tuple[str, ...]) -> Any:
        """The alternative that fits the shape of what was sent; when only enums and hashes are left, the enum's complaint."""
        if isinstance(given, dict | list):
            fitting = [kind for kind in kinds if isinstance(kind, list) and kind[0] in ("ref", "map", "list")]
            lists = [kind for kind in fitting if kind[0] == "list"]
            if lists and (isinstance(given, list) or all(key.isdigit() for key in given)):
                fitting = lists
        else:
            enums = [kind for kind in kinds if isinstance(kind, list) and kind[0] == "enum"]
            if any(given in kind[1] for kind in enums):
                return given
            fitting = [kind for kind in kinds if isinstance(kind, str)] or enums
        return self.value((fitting or kinds)[0], given, path)


def _scalar(kind: str, given: Any, path: tuple[str, ...]) -> Any:
    param = bracket(path)
    if kind == "any":
        return given
    if isinstance(given, dict | list):
        raise InvalidRequest(f"Invalid {'string' if kind == 'str' else kind}: {param} must not be a hash or an array", param=param)
    if kind == "bool":
        if given in (True, False, "true", "false"):
            return given in (True, "true")
        raise InvalidRequest(f"Invalid boolean: {given}", param=param)
    if kind == "int":
        try:
            if isinstance(given, bool | float):
                raise ValueError
            return int(given)
        except ValueError:
            raise InvalidRequest(f"Invalid integer: {given}", code="parameter_invalid_integer", param=param) from None
    if kind == "float":
        try:
            return float(given)
        except ValueError:
            raise InvalidRequest(f"Invalid decimal: {given}", param=param) from None
    text = str(given)
    if len(text) > 5000:
        raise InvalidRequest(f"Invalid string: {text[:10]}…; must be at most 5000 characters", code="parameter_invalid_string", param=param)
    return text


def _enum(allowed: list, given: Any, path: tuple[str, ...]) -> Any:
    if given in allowed or (True in allowed and given == "true"):
        return given
    names = [str(value) for value in allowed if value != ""]
    listing = names[0] if len(names) == 1 else f"{', '.join(names[:-1])}{',' if len(names) > 2 else ''} or {names[-1]}"
    raise InvalidRequest(
        f"Invalid {path[-1]}: must be one of {listing}" if len(names) > 1 else f"Invalid {path[-1]}: must be {listing}", param=bracket(path)
    )


def _items(given: Any, path: tuple[str, ...]) -> list:
    if isinstance(given, list | tuple):
        return list(given)
    if isinstance(given, dict) and all(key.isdigit() for key in given):
        return [given[key] for key in sorted(given, key=int)]
    if given == "":
        return []
    raise InvalidRequest("Invalid array", param=bracket(path))


def _hash(given: Any, path: tuple[str, ...]) -> dict:
    if isinstance(given, dict):
        return given
    raise InvalidRequest("Invalid object", param=bracket(path))
