"""`make bench`: what our functions cost, against a floor and against the usual stack, measured in one run. See docs/performance.md."""
