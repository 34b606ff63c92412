"""Seals the seeds of authenticator apps and recovery codes under a key file of their own.

They do not hang on SECRET_KEY: whoever changes that would lock everybody out. Seeds that an earlier release
sealed under SECRET_KEY, or under the key file before it was changed, can still be opened.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from accounts.vault.key_files import KeyFile, read_key, read_key_file

MARK = "k1:"
"""Stands before what the key file sealed; Fernet's own tokens begin with another letter."""


class SeedLost(Exception):
    """No key that this installation still has opens a seed."""


def seal(text: str) -> str:
    """The text under the present key."""
    return MARK + _box(read_key(KeyFile.SIGN_IN)).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again.

    Raises:
        SeedLost: the key that sealed it is gone.
    """
    boxes = _boxes() if sealed.startswith(MARK) else _boxes_of_earlier_releases()
    try:
        return MultiFernet(boxes).decrypt(sealed.removeprefix(MARK).encode()).decode()
    except InvalidToken:
        raise SeedLost(
            f"A second factor was sealed under another key than {KeyFile.SIGN_IN.path()}. Bring the former "
            f"key back as {_former()}, or have an administrator reset the person's second factor."
        ) from None


def is_current(sealed: str) -> bool:
    """Whether the present key sealed it."""
    if not sealed.startswith(MARK):
        return False
    try:
        _box(read_key(KeyFile.SIGN_IN)).decrypt(sealed.removeprefix(MARK).encode())
    except InvalidToken:
        return False
    return True


def _boxes() -> list[Fernet]:
    boxes = [_box(read_key(KeyFile.SIGN_IN))]
    if _former().exists():
        boxes.append(_box(read_key_file(_former())))
    return boxes


def _former() -> Path:
    path = KeyFile.SIGN_IN.path()
    return path.with_name(f"{path.name}.former")


def _boxes_of_earlier_releases() -> list[Fernet]:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [_derived(b"hqdash second factors\0" + str(key).encode()) for key in keys]


def _box(key: bytes) -> Fernet:
    return _derived(b"hqdash/seeds/1" + key)


def _derived(material: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(material).digest()))
