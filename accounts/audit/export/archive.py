"""Writes the zip of an export: entries, leaves, checkpoints, key, the verifier itself, and the manifest last."""

from __future__ import annotations

import json
import os
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from accounts.audit import hqdash_verify
from accounts.audit.hqdash_verify import FORMAT, KEY, MANIFEST, SIGNATURE

VERIFIER = Path(hqdash_verify.__file__)


class ExportFile:
    """A zip that grows file by file; each one's SHA-256 goes into the manifest."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files: dict[str, dict[str, Any]] = {}
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The lowest level: the salts and hashes in it cannot be packed anyway, and it is read back the fastest.
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        path.chmod(0o600)

    def add(self, name: str, content: bytes, **facts: Any) -> None:
        """Add a file."""
        self._zip.writestr(name, content)
        self._files[name] = {"sha256": sha256(content).hexdigest(), "bytes": len(content), **facts}

    def finish(self, manifest: dict[str, Any], *, key: str, readme: str) -> str:
        """Add what is in every export, and the manifest; its SHA-256, which is what gets signed."""
        self.add(KEY, f"{key}\n".encode())
        self.add("README.txt", readme.encode())
        self.add(VERIFIER.name, VERIFIER.read_bytes())
        whole = {"format": FORMAT, **manifest, "files": self._files}
        packed = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True).encode()
        self._zip.writestr(MANIFEST, packed)
        self._zip.close()
        return sha256(packed).hexdigest()

    def give_up(self) -> None:
        """Leave nothing behind."""
        self._zip.close()
        self._path.unlink(missing_ok=True)


def add_signature(unfinished: Path, signature: str, finished: Path) -> tuple[int, str]:
    """Put the signature into the zip and give it its name; its size and SHA-256."""
    with zipfile.ZipFile(unfinished, "a", zipfile.ZIP_DEFLATED) as file:
        if SIGNATURE not in file.namelist():
            file.writestr(SIGNATURE, signature.encode())
    digest = sha256()
    with unfinished.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
        os.fsync(content.fileno())
    unfinished.replace(finished)
    return finished.stat().st_size, digest.hexdigest()
