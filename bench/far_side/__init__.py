"""DynamoDB, SSM and Stripe on loopback, over TLS: what measured code talks to.

with FarSide(folder) as far:
    far.url, far.root            # https://127.0.0.1:…, and the PEM of the authority that vouches for it
    far.refused                  # what was asked wrongly: unsigned, unconditional, unknown

It runs outside the measured process. It answers as recorded (bench/recorded), and takes nothing that AWS or Stripe would not:
signatures are verified, writes need their condition, calls to Stripe their key and their release.
"""

from bench.far_side.server import FarSide

__all__ = ["FarSide"]
