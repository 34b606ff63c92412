"""Knows where the keys of this installation lie and reads them; makes them once where there are none."""

import base64
import binascii
import os
import stat
import threading
from enum import Enum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

KEY_LENGTH = 32


class KeyFile(Enum):
    """Each key file: the environment variable that names it, and where it lies by default."""

    ROOT = ("HQDASH_ROOT_KEY_FILE", "root.key")
    ORIGIN = ("HQDASH_ORIGIN_KEY_FILE", "origin.key")
    ORIGIN_PUBLIC = ("HQDASH_ORIGIN_PUBLIC_KEY_FILE", "origin.pub")
    BOOK = ("HQDASH_BOOK_KEY_FILE", "book.key")
    SIGN_IN = ("HQDASH_SIGN_IN_KEY_FILE", "sign_in.key")

    def path(self) -> Path:
        """Where the file lies."""
        variable, name = self.value
        return Path(os.environ.get(variable) or Path(settings.HOME) / "keys" / name)

    @property
    def is_named(self) -> bool:
        """Whether the administrator has said where the file lies."""
        return bool(os.environ.get(self.value[0]))


_OWN = (KeyFile.ORIGIN, KeyFile.ORIGIN_PUBLIC, KeyFile.BOOK, KeyFile.SIGN_IN)


class KeyFileMissing(Exception):
    """A key file is not there, cannot be read, or is open to others."""


def read_key(which: KeyFile) -> bytes:
    """The 32 bytes of a key, stored raw, as hex or as base64."""
    path = which.path()
    if which is not KeyFile.ROOT and not path.exists() and not any(key.is_named for key in _OWN):
        # An installation that names no key files makes its own. Not so the root key: a new one in place
        # of one that was lost would only hide the loss.
        _make(which)
    return read_key_file(
        path,
        is_secret=which is not KeyFile.ORIGIN_PUBLIC,
        advice=f"Set {which.value[0]}, or run “manage.py opener --make-keys” to make a new one.",
    )


def read_key_file(path: Path, *, is_secret: bool = True, advice: str = "") -> bytes:
    """The 32 bytes in a file that nobody else may read.

    Raises:
        KeyFileMissing: it is not there, is open to others, or holds something else.
    """
    try:
        content = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise KeyFileMissing(
            f"The key file {path} cannot be read ({error.strerror}). {advice}".rstrip()
        ) from None
    if is_secret and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileMissing(f"The key file {path} can be read by others. Run “chmod 600 {path}”.")
    return _decoded(content, path)


def origin_key() -> Ed25519PrivateKey:
    """What the web tier signs its sealed values with."""
    return Ed25519PrivateKey.from_private_bytes(read_key(KeyFile.ORIGIN))


def origin_public_key() -> Ed25519PublicKey:
    """What the opener checks those signatures with."""
    return Ed25519PublicKey.from_public_bytes(read_key(KeyFile.ORIGIN_PUBLIC))


def book_key() -> Ed25519PrivateKey:
    """What the sequencer signs the book's checkpoints with."""
    return Ed25519PrivateKey.from_private_bytes(read_key(KeyFile.BOOK))


def make_missing_keys() -> list[Path]:
    """Make the key files that do not exist yet, and say which; an existing one is never replaced."""
    missing = [which for which in KeyFile if not which.path().exists()]
    for which in missing:
        _make(which)
    return [which.path() for which in missing]


def _make(which: KeyFile) -> None:
    if which is KeyFile.ORIGIN_PUBLIC:
        write_once(which.path(), origin_key().public_key().public_bytes_raw(), mode=0o644)
    else:
        write_once(which.path(), os.urandom(KEY_LENGTH), mode=0o600)


def write_once(path: Path, key: bytes, *, mode: int) -> None:
    """Write a key file whole or not at all, and never in place of one that is there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(key.hex().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, unlike a rename, never replaces: of two processes that start together one wins, and
        # both read its key.
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


def _decoded(content: bytes, path: Path) -> bytes:
    if len(content) == KEY_LENGTH:
        return content
    text = content.strip()
    try:
        key = (
            bytes.fromhex(text.decode())
            if len(text) == 2 * KEY_LENGTH
            else base64.b64decode(text, validate=True)
        )
    except (ValueError, UnicodeDecodeError, binascii.Error):
        key = b""
    if len(key) != KEY_LENGTH:
        raise KeyFileMissing(
            f"The key file {path} does not hold {KEY_LENGTH} bytes, raw, as hex or as base64."
        )
    return key
