"""What of the installed packages goes into the layer: docs/decisions/0012-the-layer-is-shaken.md.

`imports` finds the modules that deployed code can reach, `by_name` declares those that are loaded by a name in a string and those that are
reached by a statement that never runs, `models` cuts botocore's data, `roots` lays out the trusted roots, `patterns` and `bytecode`
compile.
"""
