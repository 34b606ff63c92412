"""Answers what the opener is asked: the root keys, the database, and what may be done with both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accounts.vault import needs, root_keys
from accounts.vault.database import OpenerDatabase
from accounts.vault.errors import VaultClosed, VaultRefused
from accounts.vault.gathering import Gathered
from accounts.vault.key_store import SealingKey, add_key, ensure_key, forces_without_key, wrap_again
from accounts.vault.keys import RootKeyRing
from accounts.vault.opening import Answer, Asked, open_for, prepare
from accounts.vault.rotation import seal_again

LONGEST_BATCH = 500


class StillNeeded(Exception):
    """A root key is not forgotten while something can be opened with it alone."""


class Vault:
    """The one object in the one process that has the root keys."""

    def __init__(self, *, database_url: str, ring: RootKeyRing, origin: Ed25519PublicKey) -> None:
        self._database = OpenerDatabase(database_url, prepare=prepare)
        self._ring = ring
        self._origin = origin
        self._openings: Gathered[Asked, Answer] = Gathered(self._open, most=LONGEST_BATCH)
        self._works: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "open": lambda message: {"answers": self._opened(message["asked"][:LONGEST_BATCH])},
            "key": lambda message: self._key_of(UUID(message["force"]), ensure_key),
            "new_key": lambda message: self._key_of(UUID(message["force"]), add_key),
            "seal_again": lambda message: {"sealed_again": self._sealed_again(UUID(message["force"]))},
            "status": lambda _message: self.status(),
            "new_root": lambda _message: {
                "present": root_keys.turn_over(self._ring),
                "wrapped_again": self._wrapped_again(),
            },
            "wrap_again": lambda _message: {"wrapped_again": self._wrapped_again()},
            "forget_root": lambda message: {"forgotten": self._forget_root(str(message["root"]))},
            "ping": lambda _message: self._ready(),
        }

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to one message."""
        work = self._works.get(str(message.get("op")))
        return work(message) if work else {"closed": "The vault does not know this request."}

    def make_missing_keys(self) -> int:
        """Give every force a key pair that has none; how many were made."""

        def make(cursor: Any) -> int:
            forces = forces_without_key(cursor)
            for force_id in forces:
                ensure_key(cursor, force_id=force_id, ring=self._ring)
            return len(forces)

        return self._database.ask(make)

    def status(self) -> dict[str, Any]:
        """Which keys are here, what needs which, and what is missing."""
        return self._database.ask(
            lambda cursor: needs.as_words(cursor, ring_ids=self._ring.ids, looked_in=root_keys.looked_in())
        )

    def close(self) -> None:
        """Hang up at the database."""
        self._database.close()

    def _ready(self) -> dict[str, Any]:
        self._database.ask(lambda cursor: cursor.execute("SELECT 1"))
        return {"ready": True}

    def _key_of(self, force_id: UUID, make: Callable[..., SealingKey]) -> dict[str, Any]:
        key = self._database.ask(lambda cursor: make(cursor, force_id=force_id, ring=self._ring))
        return {"key_id": key.key_id}

    def _opened(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        answers = self._openings.ask(
            [
                Asked(UUID(one["lease"]), int(one["fence"]), UUID(one["whose"]), str(one["purpose"]))
                for one in asked
            ]
        )
        return [_in_words(answer) for answer in answers]

    def _open(self, asked: Sequence[Asked]) -> Sequence[Answer]:
        return self._database.ask(
            lambda cursor: open_for(cursor, asked, ring=self._ring, origin=self._origin),
            # The line in the book looks at the lease once more itself, in one statement: two round trips are
            # saved, and an opening of which the line was not written is not handed out.
            atomic=False,
        )

    def _sealed_again(self, force_id: UUID) -> int:
        return self._database.ask(
            lambda cursor: seal_again(cursor, force_id=force_id, ring=self._ring, origin=self._origin)
        )

    def _wrapped_again(self) -> int:
        return self._database.ask(lambda cursor: wrap_again(cursor, ring=self._ring))

    def _forget_root(self, root_key_id: str) -> str:
        if root_key_id == self._ring.root_key_id:
            raise StillNeeded(
                "This is the present root key. Turn it over first: “manage.py vault rotate --new-root”."
            )
        for root in self._database.ask(needs.roots_needed):
            if root.root_key_id == root_key_id:
                raise StillNeeded(
                    f"The root key {root_key_id} is still needed by {root.force_keys} keys and {root.credentials} "
                    "credentials. Run “manage.py vault rotate --wrap-again” first."
                )
        path = root_keys.forget_file(root_key_id)
        if path is None:
            raise StillNeeded(f"The root key {root_key_id} lies in no file that the opener may delete.")
        self._ring.drop(root_key_id)
        return str(path)


def _in_words(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, VaultRefused):
        return {"why": answer.why, "sentence": answer.sentence}
    if isinstance(answer, VaultClosed):
        return {"closed": answer.sentence}
    return {"fields": answer}
