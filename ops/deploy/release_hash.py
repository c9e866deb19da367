"""The template's parameter Release: one hash over everything that is deployed.

SAM publishes a new version of a function only when the function's own code changed, and the alias `live` would go on pointing at one
with an old layer, parameter or environment. A function whose `AutoPublishCodeSha256` is this hash gets a new version when anything did.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path


def release_hash(build: Path, values: Mapping[str, str]) -> str:
    """SHA-256 in hex over all files of `sam build`'s folder (names and bytes), its template with them, and all parameters."""
    digest = hashlib.sha256()
    for file in sorted(path for path in build.rglob("*") if path.is_file()):
        _add(digest, file.relative_to(build).as_posix().encode())
        _add(digest, file.read_bytes())
    for name, value in sorted(values.items()):
        if name != "Release":
            _add(digest, f"{name}={value}".encode())
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", part: bytes) -> None:
    """Its length before it, so that no two lists of parts are the same bytes."""
    digest.update(len(part).to_bytes(8) + part)
