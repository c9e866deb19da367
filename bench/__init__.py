"""`make bench`: what our functions cost, against a floor and against the usual stack, measured in one run. See docs/performance.md."""

import sys
from pathlib import Path

# The layer's code is not installed anywhere on a laptop; Lambda has it in /opt/python.
sys.path.insert(0, str(Path(__file__).parents[1] / "layers" / "billing"))
