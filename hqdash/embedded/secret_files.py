"""Makes the secrets of a Docker Compose installation once: passwords, keys, and addresses with passwords."""

import os
import secrets
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "secrets"
# What the containers write beside the checkout: checkpoints of the audit log, and what is exported of it.
OUTSIDE = (PROJECT / "checkpoints", PROJECT / "exports")
# Who owns the files in the containers when root makes them on the host.
IMAGE_UID = 10001
KEY_BYTES = 32


def contents() -> dict[str, bytes]:
    """Every secret by the name of its file."""
    passwords = {role: secrets.token_urlsafe(32) for role in ("admin", "owner", "web", "worker", "opener")}
    redis = secrets.token_urlsafe(32)
    origin = Ed25519PrivateKey.generate()
    urls = {role: f"postgresql://hqdash_{role}:{word}@postgres/hqdash" for role, word in passwords.items()}
    urls["admin"] = f"postgresql://hqdash_admin:{passwords['admin']}@postgres/postgres"
    return {
        "postgres_admin_password": passwords["admin"].encode(),
        **{f"database_url_{role}": url.encode() for role, url in urls.items()},
        "redis_password": redis.encode(),
        "redis_url": f"redis://:{redis}@redis:6379/0".encode(),
        "secret_key": secrets.token_urlsafe(50).encode(),
        "root_key": secrets.token_bytes(KEY_BYTES),
        "context_key": secrets.token_bytes(KEY_BYTES),
        "book_key": secrets.token_bytes(KEY_BYTES),
        "sign_in_key": secrets.token_bytes(KEY_BYTES),
        "origin_key": origin.private_bytes_raw(),
        "origin_public_key": origin.public_key().public_bytes_raw(),
    }


SINCE = ("sign_in_key",)
"""Keys that stand alone and that a later release brought: they are added to a folder of an earlier one."""


def main() -> int:
    """Write what is missing; a secret that exists is never replaced."""
    as_root = os.geteuid() == 0
    for folder in OUTSIDE:
        _own_folder(folder, as_root=as_root)
    if FOLDER.exists():
        missing = {name: content for name, content in contents().items() if name in SINCE}
        added = [name for name, content in missing.items() if _write(name, content, as_root=as_root)]
        print(f"{FOLDER} exists already; added: {', '.join(added) or 'nothing'}.", file=sys.stderr)
        return 0
    FOLDER.mkdir(mode=0o700)
    for name, content in contents().items():
        _write(name, content, as_root=as_root)
    uid = IMAGE_UID if as_root else os.getuid()
    gid = IMAGE_UID if as_root else os.getgid()
    print(
        f"Made {FOLDER}. Put these two lines into .env:\nHQDASH_UID={uid}\nHQDASH_GID={gid}", file=sys.stderr
    )
    return 0


def _own_folder(folder: Path, *, as_root: bool) -> None:
    """A folder that the containers can write to; Docker would make it for root alone."""
    if folder.exists():
        return
    folder.mkdir(mode=0o700)
    if as_root:
        os.chown(folder, IMAGE_UID, IMAGE_UID)


def _write(name: str, content: bytes, *, as_root: bool) -> bool:
    path = FOLDER / name
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    if as_root:
        os.chown(path, IMAGE_UID, IMAGE_UID)
    return True


if __name__ == "__main__":
    sys.exit(main())
