"""Regular expressions that were compiled when the floor was laid out, as those of our layer are when it is built (billing/patterns.py).

Imported before anything of the standard library that compiles some. Without a table everything is compiled as ever.
"""

import marshal
import os
import re


def use(file: str) -> None:
    try:
        with open(file, "rb") as opened:
            magic, known = marshal.loads(opened.read())
    except FileNotFoundError:
        return
    compiler = re._compiler  # pyright: ignore[reportAttributeAccessIssue]
    matcher, otherwise = compiler._sre, compiler.compile
    if magic != matcher.MAGIC:
        return

    def compile(pattern: object, flags: int = 0) -> re.Pattern:
        made = known.get((pattern, int(flags)))
        return matcher.compile(pattern, *made) if made else otherwise(pattern, flags)

    compiler.compile = compile


use(os.path.join(os.path.dirname(__file__), "billing_patterns"))
