"""Whether an answer is what the SDK's resource classes declare: nothing required missing, nothing invented, no unknown enum value."""

from typing import Any

from . import Contract


def problems(contract: Contract, shown: Any, path: str = "") -> list[str]:
    """What is wrong with a whole answer (an object, a list, a deleted marker); empty when all is well. Objects inside count too."""
    if not isinstance(shown, dict) or not isinstance(shown.get("object"), str):
        return [f"{path or 'answer'}: not an object"]
    name = shown["object"]
    if name == "list":
        return [found for index, item in enumerate(shown["data"]) for found in problems(contract, item, f"{path}data[{index}].")]
    class_key = contract.objects.get(name)
    if class_key is None:
        return [f"{path}object: {name} is no object of {contract.api_version}"]
    if shown.get("deleted"):
        return [f"{path}{field}: not of a deleted object" for field in shown if field not in contract.classes[class_key]]
    return _fields(contract, class_key, shown, path)


def _fields(contract: Contract, class_key: str, shown: dict, path: str) -> list[str]:
    declared = contract.classes.get(class_key, {})
    found = [f"{path}{field}: unknown to {class_key.rpartition(':')[2]}" for field in shown if field not in declared]
    for field, (kind, required) in declared.items():
        if field not in shown:
            if required:
                found.append(f"{path}{field}: missing")
        elif shown[field] is None:
            if required:
                found.append(f"{path}{field}: null, though always present")
        else:
            found += _value(contract, kind, shown[field], path + field)
    return found


def _value(contract: Contract, kind: Any, value: Any, path: str) -> list[str]:
    if isinstance(kind, str):
        return [] if _scalar(kind, value) else [f"{path}: {value!r} is not {kind}"]
    name, detail = kind
    if name == "enum":
        return [] if value in detail else [f"{path}: {value!r} is not one of the {len(detail)} allowed values"]
    if name == "list":
        if not isinstance(value, list):
            return [f"{path}: not an array"]
        return [entry for index, item in enumerate(value) for entry in _value(contract, detail, item, f"{path}[{index}]")]
    if name == "union":
        options = [_value(contract, option, value, path) for option in detail]
        return min(options, key=len)
    if not isinstance(value, dict):
        return [] if name == "id" and isinstance(value, str) else [f"{path}: {value!r} is not a hash"]
    if name == "map":
        return [entry for key, item in value.items() for entry in _value(contract, detail, item, f"{path}.{key}")]
    if name == "page":
        missing = [f"{path}.{field}: missing" for field in ("object", "data", "has_more", "url") if field not in value]
        return missing or [entry for i, item in enumerate(value["data"]) for entry in problems(contract, item, f"{path}.data[{i}].")]
    if isinstance(value.get("object"), str):
        return problems(contract, value, f"{path}.")
    return _fields(contract, detail, value, f"{path}.")


def _scalar(kind: str, value: object) -> bool:
    match kind:
        case "str":
            return isinstance(value, str)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "bool":
            return isinstance(value, bool)
    return True
