"""Makes, stores and loads the key pair of a force: X25519 and ML-KEM-768 together."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

MLKEM_PUBLIC_LENGTH = 1184
MLKEM_SEED_LENGTH = 64


@dataclass(frozen=True, slots=True, repr=False)
class KeyPair:
    """Both halves as bytes; the private half is wrapped before it is stored anywhere."""

    public: bytes
    private: bytes

    @property
    def key_id(self) -> str:
        return key_id_of(self.public)


def key_id_of(public: bytes) -> str:
    """A short name for a public key, the same wherever it is computed."""
    return hashlib.sha256(public).hexdigest()[:16]


def make_key_pair() -> KeyPair:
    """A fresh key pair from the system's randomness."""
    lattice, curve = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
    return KeyPair(
        public=lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw(),
        private=lattice.private_bytes_raw() + curve.private_bytes_raw(),
    )


@lru_cache(maxsize=256)
def load_public(public: bytes) -> hpke.MLKEM768X25519PublicKey:
    """The public half, ready to seal with."""
    return hpke.MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_LENGTH]),
        X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_LENGTH:]),
    )


def load_private(private: bytes) -> hpke.MLKEM768X25519PrivateKey:
    """The private half, ready to open with; nothing here remembers it."""
    return hpke.MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(private[:MLKEM_SEED_LENGTH]),
        X25519PrivateKey.from_private_bytes(private[MLKEM_SEED_LENGTH:]),
    )
