"""How an operator types one of these commands, from the root of the clone: what is said to be typed can be pasted."""

PROGRAM = ".venv/bin/python -m ops"


def typed(words: str, where: str = "") -> str:
    """The whole command for `webhooks apply`, with what says which deployment (`--stage dev`) behind it."""
    return f"{PROGRAM} {words} {where}".rstrip()
