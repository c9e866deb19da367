"""The cloud on your own machine: `python -m local` runs what template.yaml describes. Nothing deployed may import it."""
