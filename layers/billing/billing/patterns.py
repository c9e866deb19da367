"""Libraries' regular expressions as the layer's build compiled them (layers/billing/shake/patterns.py): an eighth of a cold start.

`re` itself goes on to decide about caches, flags and errors; here only its compiler answers from a table. Whatever is not in it, or was
made for another matcher, is compiled as ever; and C checks each code it is given.
"""

import marshal
import re
from os.path import dirname, join  # pathlib compiles patterns of its own when it is imported
from typing import Any, cast

_FILE = join(dirname(dirname(__file__)), "billing_patterns")


def use() -> None:
    """From the sources there is no table, and nothing changes; nor does it in a Python that keeps its compiler elsewhere: Lambda's patches
    come unasked, and one that makes functions slower is better than one that ends them all."""
    try:
        with open(_FILE, "rb") as file:
            magic, known = marshal.loads(file.read())
        compiler = cast(Any, re)._compiler
        otherwise = compiler.compile
        make, its_magic = compiler._sre.compile, compiler._sre.MAGIC
    except (OSError, AttributeError):
        return
    if magic != its_magic:
        return

    def compile(pattern: Any, flags: int = 0) -> Any:
        made = known.get((pattern, int(flags)))
        return make(pattern, *made) if made else otherwise(pattern, flags)

    compiler.compile = compile
