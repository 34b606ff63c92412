"""Seals a credential so that only its force's private key opens it, and only in the place it was made for."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from accounts.vault.key_pair import load_public

FORMAT = b"\x01"
SIGNATURE_LENGTH = 64
# The hybrid keeps what is sealed today closed to somebody who stores it until a quantum computer exists.
SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class SealBroken(Exception):
    """The sealed value was changed, moved to another place, or not sealed by this installation."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a credential belongs; sealed bytes open in this place and in no other."""

    force_id: UUID
    whose: UUID
    """The account, the connection under way or the network app that the value is for."""
    field: str
    version: int
    key_id: str

    def as_bytes(self) -> bytes:
        """The place with a length before every part, so that no two places read the same."""
        parts = (
            b"hqdash/credential/1",
            self.force_id.bytes,
            self.whose.bytes,
            self.field.encode(),
            str(self.version).encode(),
            self.key_id.encode(),
        )
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def seal(value: bytes, *, place: Place, public_key: bytes, origin: Ed25519PrivateKey) -> bytes:
    """The value, encrypted to the force's public key and signed by the tier that sealed it."""
    info = place.as_bytes()
    ciphertext = SUITE.encrypt(value, load_public(public_key), info=info)
    return FORMAT + origin.sign(info + ciphertext) + ciphertext


def unseal(
    sealed: bytes, *, place: Place, private_key: hpke.MLKEM768X25519PrivateKey, origin: Ed25519PublicKey
) -> bytes:
    """The value again; raises SealBroken when a bit, the place or the origin differs."""
    if sealed[:1] != FORMAT:
        raise SealBroken("The sealed value has a format that is not known here.")
    signature, ciphertext = sealed[1 : 1 + SIGNATURE_LENGTH], sealed[1 + SIGNATURE_LENGTH :]
    info = place.as_bytes()
    try:
        origin.verify(signature, info + ciphertext)
        return SUITE.decrypt(ciphertext, private_key, info=info)
    except (InvalidSignature, InvalidTag, ValueError):
        # Neither the cause nor the chained exception may say which byte was wrong.
        raise SealBroken("The sealed value does not belong here or was changed.") from None


def fingerprint_of(sealed: bytes) -> str:
    """A short name for sealed bytes, to tell two copies apart; of the value it tells nothing."""
    return hashlib.sha256(sealed).hexdigest()[:16]
