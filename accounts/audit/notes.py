"""Signs the state of a book as a C2SP signed note, so that tools which are not ours can check it."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
KEY_HASH_LENGTH = 4
SIGNATURE_MARK = "— "


class BadNote(Exception):
    """The note is malformed, or no signature on it is by the key that was expected."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a note key, with the name it signs under."""

    name: str
    key: Ed25519PublicKey

    @property
    def key_hash(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.key.public_bytes_raw()).digest()[
            :KEY_HASH_LENGTH
        ]

    def as_text(self) -> str:
        """The key as one line: name, hash and key with a plus sign between them."""
        packed = base64.b64encode(ED25519 + self.key.public_bytes_raw()).decode()
        return f"{self.name}+{self.key_hash.hex()}+{packed}"

    @classmethod
    def from_text(cls, line: str) -> "Verifier":
        """The key from its line."""
        try:
            name, key_hash, packed = line.strip().split("+", 2)
            raw = base64.b64decode(packed, validate=True)
            if raw[:1] != ED25519:
                raise BadNote("The key is not an Ed25519 key.")
            verifier = cls(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
        except (ValueError, binascii.Error):
            raise BadNote("This is not a key of a signed note.") from None
        if verifier.key_hash.hex() != key_hash:
            raise BadNote("The key does not match its own hash.")
        return verifier

    def opened(self, note: str) -> str:
        """The text of the note, if this key has signed it."""
        text, mark, signatures = note.rpartition("\n\n")
        if not mark or not signatures.endswith("\n"):
            raise BadNote("The note has no signature.")
        text += "\n"
        for line in signatures.splitlines():
            if line.startswith(f"{SIGNATURE_MARK}{self.name} ") and self._has_signed(
                text, line.rpartition(" ")[2]
            ):
                return text
        raise BadNote(f"The note is not signed by {self.name}.")

    def _has_signed(self, text: str, packed: str) -> bool:
        try:
            raw = base64.b64decode(packed, validate=True)
            if raw[:KEY_HASH_LENGTH] != self.key_hash:
                return False
            self.key.verify(raw[KEY_HASH_LENGTH:], text.encode())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """The private half of a note key."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key())

    def signed(self, text: str) -> str:
        """The text with this key's signature beneath it."""
        if not text.endswith("\n"):
            raise BadNote("The text of a note ends with a line break.")
        packed = base64.b64encode(self.verifier.key_hash + self.key.sign(text.encode())).decode()
        return f"{text}\n{SIGNATURE_MARK}{self.name} {packed}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How large a book was at one moment, and the root over all of it (C2SP tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def as_text(self) -> str:
        """The checkpoint as the body of a note; the time is an extension line."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\nat {self.at.isoformat(timespec='seconds')}\n"

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """The checkpoint from the body of a note."""
        try:
            origin, size, root, *more = text.splitlines()
            at = next(line for line in more if line.startswith("at "))
            return cls(
                origin, int(size), base64.b64decode(root, validate=True), datetime.fromisoformat(at[3:])
            )
        except (ValueError, StopIteration, binascii.Error):
            raise BadNote("This note is not a checkpoint of a book.") from None


def origin_of(force_slug: str) -> str:
    """The name under which the book of a force is signed."""
    return f"hqdash.book/{force_slug}"


def split_notes(text: str) -> list[str]:
    """The notes of a checkpoint file, oldest first."""
    notes: list[str] = []
    lines: list[str] = []
    in_signatures = False
    for line in text.splitlines(keepends=True):
        is_signature = line.startswith(SIGNATURE_MARK)
        if in_signatures and not is_signature:
            notes.append("".join(lines))
            lines = []
        in_signatures = is_signature
        if lines or line.strip():
            lines.append(line)
    if lines:
        notes.append("".join(lines))
    return notes
