"""The trusted roots, one file each, named by a hash of its subject: OpenSSL then reads the one root that a server's chain leads to.

A bundle is parsed whole instead, for every context: 265 M instructions, more than all else that a cold start of the standard library
costs that signs and sends one request (182 M). All roots stay trusted: this chooses none and falls back to none. They are certifi's of
the lock file (Mozilla's list), and are as current as that is.

`python roots.py BUNDLE.pem FOLDER` does it for any bundle.
"""

import re
import sys
from pathlib import Path
from typing import Any

from OpenSSL import crypto  # pyright: ignore - sam's own environment has it

_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)


def lay_out(bundle: Path, folder: Path) -> None:
    """As `openssl rehash` does: HASH.0, and HASH.1 for another certificate of the same subject."""
    folder.mkdir(exist_ok=True)
    for found in _CERTIFICATE.finditer(bundle.read_text()):
        certificate: Any = crypto.load_certificate(crypto.FILETYPE_PEM, found[0].encode())  # pyright: ignore
        name = f"{certificate.subject_name_hash():08x}"  # pyright: ignore
        number = sum(1 for _ in folder.glob(f"{name}.*"))
        (folder / f"{name}.{number}").write_text(found[0])


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]), Path(sys.argv[2]))
