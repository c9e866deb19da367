"""The order rule against as many random histories as one has time for: `python -m tests.chaos --help`."""
