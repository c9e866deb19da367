"""Libraries' regular expressions as the layer's build compiled them (layers/billing/shake/patterns.py): an eighth of a cold start.

`re` itself goes on to decide about caches, flags and errors; here only its compiler answers from a table. Whatever is not in it, or was
made for another matcher, is compiled as ever; and C checks each code it is given.
"""

import marshal
import re
from pathlib import Path
from typing import Any, cast

_FILE = Path(__file__).parents[1] / "billing_patterns"


def use() -> None:
    """From the sources there is no table, and nothing changes."""
    try:
        magic, known = marshal.loads(_FILE.read_bytes())
    except OSError:
        return
    compiler = cast(Any, re)._compiler
    matcher, otherwise = compiler._sre, compiler.compile
    if magic != matcher.MAGIC:
        return

    def compile(pattern: Any, flags: int = 0) -> Any:
        made = known.get((pattern, int(flags)))
        return matcher.compile(pattern, *made) if made else otherwise(pattern, flags)

    compiler.compile = compile
