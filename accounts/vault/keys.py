"""Wraps the private key of each force with the root key, which never enters the database."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from accounts.vault.key_pair import load_private

NONCE_LENGTH = 12
ROOT_KEY_LENGTH = 32
MOST_REMEMBERED = 256


class WrongRootKey(Exception):
    """Another root key wrapped this private key, or the wrapped key was moved or changed."""


class RootKeyMissing(WrongRootKey):
    """The root key that wrapped this private key is not on this ring; somebody has to bring it."""


@dataclass(frozen=True, slots=True)
class KeyName:
    """Which private key of which force; bound into the wrapping, so that rows cannot be swapped."""

    force_id: UUID
    key_id: str
    epoch: int

    def as_bytes(self) -> bytes:
        """The name with a length before every part."""
        parts = (b"hqdash/force-key/1", self.force_id.bytes, self.key_id.encode(), str(self.epoch).encode())
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


class RootKey(Protocol):
    """Whatever holds the root: a file, a cloud's key service, HashiCorp Vault Transit."""

    @property
    def root_key_id(self) -> str: ...

    def wrap(self, private_key: bytes, *, name: KeyName) -> bytes: ...

    def unwrap(self, wrapped: bytes, *, name: KeyName) -> bytes: ...


class LocalRootKey:
    """A root key of 32 bytes in this process's memory, read from a file that only the opener can read."""

    __slots__ = ("_cipher", "_id")

    def __init__(self, key: bytes) -> None:
        if len(key) != ROOT_KEY_LENGTH:
            raise WrongRootKey(f"A root key has {ROOT_KEY_LENGTH} bytes, this one has {len(key)}.")
        self._cipher = AESGCM(key)
        self._id = hashlib.sha256(b"hqdash/root-key/1" + key).hexdigest()[:16]

    @property
    def root_key_id(self) -> str:
        return self._id

    def wrap(self, private_key: bytes, *, name: KeyName) -> bytes:
        nonce = os.urandom(NONCE_LENGTH)
        return nonce + self._cipher.encrypt(nonce, private_key, name.as_bytes())

    def unwrap(self, wrapped: bytes, *, name: KeyName) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:NONCE_LENGTH], wrapped[NONCE_LENGTH:], name.as_bytes())
        except (InvalidTag, ValueError):
            raise WrongRootKey(f"The root key {self._id} does not open the key {name.key_id}.") from None


class RootKeyRing:
    """The present root key, which wraps, and earlier ones, which still unwrap what they wrapped."""

    def __init__(self, present: RootKey, earlier: Sequence[RootKey] = ()) -> None:
        self._present = present
        self._all = {key.root_key_id: key for key in (*earlier, present)}
        self._ready: dict[tuple[bytes, KeyName, str], hpke.MLKEM768X25519PrivateKey] = {}

    @property
    def root_key_id(self) -> str:
        return self._present.root_key_id

    @property
    def ids(self) -> list[str]:
        """The ids of all keys on the ring, the present one first."""
        return [self.root_key_id, *(known for known in self._all if known != self.root_key_id)]

    def turn(self, present: RootKey) -> None:
        """From now on this key wraps; the one before it still unwraps what it wrapped."""
        self._all[present.root_key_id] = present
        self._present = present

    def drop(self, root_key_id: str) -> None:
        """Forget a former key; whoever calls this has seen that nothing needs it."""
        if root_key_id != self.root_key_id:
            self._all.pop(root_key_id, None)
            self._ready.clear()

    def wrap(self, private_key: bytes, *, name: KeyName) -> bytes:
        return self._present.wrap(private_key, name=name)

    def unwrap(self, wrapped: bytes, *, name: KeyName, root_key_id: str) -> bytes:
        try:
            root = self._all[root_key_id]
        except KeyError:
            raise RootKeyMissing(
                f"The vault lacks the root key {root_key_id}. Ask your system administrator to bring it back; "
                "“manage.py vault status” says what needs it."
            ) from None
        return root.unwrap(wrapped, name=name)

    def private_key(
        self, wrapped: bytes, *, name: KeyName, root_key_id: str
    ) -> hpke.MLKEM768X25519PrivateKey:
        """The private key ready for use; expanding it takes longer than a whole opening, so it is remembered."""
        # The wrapped bytes are part of what it is remembered by: an altered row is looked at afresh.
        remembered = (wrapped, name, root_key_id)
        key = self._ready.get(remembered)
        if key is None:
            key = load_private(self.unwrap(wrapped, name=name, root_key_id=root_key_id))
            if len(self._ready) >= MOST_REMEMBERED:
                self._ready.clear()
            self._ready[remembered] = key
        return key
