"""Stripe's request encoding: `application/x-www-form-urlencoded` with bracketed keys.

    items[0][price]=price_1&expand[]=customer   ->   {"items": {"0": {"price": "price_1"}}, "expand": {"0": "customer"}}

Arrays stay hashes with numeric keys here; what is an array is known only by the parameter types (contract/params.py).
"""

from urllib.parse import parse_qsl

from ..errors import InvalidRequest


def decode(raw: str) -> dict:
    """The nested hash a form body or query string stands for. Raises InvalidRequest when keys contradict each other."""
    root: dict = {}
    for key, value in parse_qsl(raw, keep_blank_values=True):
        _set(root, key, _segments(key), value)
    return root


def _segments(key: str) -> list[str]:
    if "[" not in key:
        return [key]
    head, _, rest = key.partition("[")
    if not rest.endswith("]"):
        raise InvalidRequest(f"Invalid parameter name: {key}", param=key)
    return [head, *rest[:-1].split("][")]


def _set(root: dict, key: str, segments: list[str], value: str) -> None:
    node = root
    for segment in segments[:-1]:
        segment = segment or str(len(node))
        child = node.setdefault(segment, {})
        if not isinstance(child, dict):
            raise InvalidRequest(f"Invalid hash: {key}", param=key)
        node = child
    last = segments[-1] or str(len(node))
    if isinstance(node.get(last), dict):
        raise InvalidRequest(f"Invalid hash: {key}", param=key)
    node[last] = value


def bracket(path: tuple[str, ...]) -> str:
    """A parameter's name as Stripe writes it in errors: `items[0][price]`."""
    return path[0] + "".join(f"[{part}]" for part in path[1:]) if path else ""
