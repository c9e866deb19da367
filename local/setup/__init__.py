"""Set-up of the machine the project is worked on: Python, uv, the environments and a browser. Called by the Makefile."""
