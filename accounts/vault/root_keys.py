"""Knows the root keys of this installation: the present one, which wraps, and former ones, which still unwrap.

Each has an id, computed from the key itself. Another keeper of the root, such as HashiCorp Vault Transit or a
cloud's key service, is brought in by ``HQDASH_ROOT_KEY_PROVIDER``: the dotted name of a function without
arguments that gives a ``RootKeyRing`` of objects with ``root_key_id``, ``wrap()`` and ``unwrap()``.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from django.utils.module_loading import import_string

from accounts.vault.key_files import KEY_LENGTH, KeyFile, KeyFileMissing, read_key, read_key_file, write_once
from accounts.vault.keys import LocalRootKey, RootKeyRing

PROVIDER = "HQDASH_ROOT_KEY_PROVIDER"
FORMER = "HQDASH_FORMER_ROOT_KEYS"


class CannotTurn(Exception):
    """A new root key cannot be made from here; the message says how it is done instead."""


def load_ring() -> RootKeyRing:
    """Every root key that this installation has.

    Raises:
        KeyFileMissing: the present key, or a former one that is listed, is not there or is open to others.
    """
    if provider := os.environ.get(PROVIDER):
        ring: RootKeyRing = import_string(provider)()
        return ring
    present = LocalRootKey(read_key(KeyFile.ROOT))
    return RootKeyRing(present, [LocalRootKey(read_key_file(path)) for path in former_files()])


def former_files() -> list[Path]:
    """The files of former root keys: those that HQDASH_FORMER_ROOT_KEYS lists, and those beside the present one."""
    listed = [Path(name.strip()) for name in os.environ.get(FORMER, "").split(",") if name.strip()]
    return [*listed, *sorted(path for path in former_folder().glob("*.key") if path not in listed)]


def former_folder() -> Path:
    """Where a former root key is put when a new one takes its place."""
    return KeyFile.ROOT.path().parent / "former"


def looked_in() -> list[Path]:
    """All files in which a root key could lie, for a message about one that is missing."""
    return [KeyFile.ROOT.path(), *(former_files() or [former_folder() / "*.key"])]


def turn_over(ring: RootKeyRing) -> str:
    """Make a new root key, keep the former one beside it, and use the new one from now on; its id.

    Killed at any point, it leaves a set of files with which everything still opens: the former key is
    in its new place before the new key takes its name.

    Raises:
        CannotTurn: the keys come from elsewhere, or their folder is not ours to write.
    """
    if os.environ.get(PROVIDER):
        raise CannotTurn(
            f"The root key is kept elsewhere ({PROVIDER}). Turn it over there, restart the opener with both keys on "
            "the ring, and run “manage.py vault rotate --wrap-again”."
        )
    path = KeyFile.ROOT.path()
    former = former_folder() / f"{ring.root_key_id}.key"
    unfinished = path.with_name(f"{path.name}.new")
    try:
        if stat.S_ISLNK(path.lstat().st_mode):
            raise OSError(0, "it is a link")
        write_once(former, read_key(KeyFile.ROOT), mode=0o600)
        unfinished.unlink(missing_ok=True)
        key = os.urandom(KEY_LENGTH)
        write_once(unfinished, key, mode=0o600)
        unfinished.replace(path)
    except OSError as error:
        raise CannotTurn(
            f"A new root key cannot be written to {path} ({error.strerror}). Put one there yourself, list the former "
            f"one in {FORMER}, restart the opener, and run “manage.py vault rotate --wrap-again”."
        ) from None
    ring.turn(LocalRootKey(key))
    return ring.root_key_id


def forget_file(root_key_id: str) -> Path | None:
    """Delete the file of a former root key; None when it lies in none that is ours to delete."""
    for path in former_files():
        try:
            known = LocalRootKey(read_key_file(path)).root_key_id
        except KeyFileMissing:
            continue
        if known == root_key_id:
            try:
                path.unlink()
            except OSError:
                return None
            return path
    return None
