"""What an operator runs: `python -m ops --help`."""

import sys
from pathlib import Path

# The layer's code is not installed anywhere on a laptop; Lambda has it in /opt/python.
sys.path.insert(0, str(Path(__file__).parents[1] / "layers" / "billing"))
