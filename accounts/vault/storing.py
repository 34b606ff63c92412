"""Seals values with a force's public key and stores them; whoever does this can read none of them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from accounts.models import Channel, Connecting, NetworkApp
from accounts.vault.caller import ask
from accounts.vault.errors import VaultClosed
from accounts.vault.key_files import KeyFileMissing, origin_key
from accounts.vault.key_store import SealingKey, newest_key
from accounts.vault.seal import Place, fingerprint_of, seal
from hqdash.base.actor import Actor

Owner = Channel | Connecting | NetworkApp

_COLUMNS = {Channel: "channel_id", Connecting: "connecting_id", NetworkApp: "app_id"}
_VERSION = "SELECT version FROM accounts_credential WHERE {column} = %s AND field = %s FOR UPDATE"
_INSERT = """
INSERT INTO accounts_credential (
    id, force_id, {column}, field, sealed, key_id, version, fingerprint, expires_at,
    put_by, put_by_name, put_at
)
VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())
ON CONFLICT ({column}, field) DO NOTHING
"""
_REPLACE = """
UPDATE accounts_credential
SET sealed = %s, key_id = %s, version = %s, fingerprint = %s, expires_at = %s, put_by = %s, put_by_name = %s,
    put_at = clock_timestamp()
WHERE {column} = %s AND field = %s
"""


@dataclass(frozen=True, slots=True)
class _Sealer:
    owner: Owner
    key: SealingKey
    signer: Ed25519PrivateKey

    def put(self, actor: Actor, field: str, value: str, expires_at: datetime | None) -> None:
        column, owner = _COLUMNS[type(self.owner)], self.owner
        who = [actor.user_id, actor.username]
        with connection.cursor() as cursor:
            while True:
                cursor.execute(_VERSION.format(column=column), [owner.pk, field])
                row = cursor.fetchone()
                version = row[0] + 1 if row else 1
                place = Place(owner.force_id, owner.pk, field, version, self.key.key_id)
                sealed = seal(value.encode(), place=place, public_key=self.key.public_key, origin=self.signer)
                what = [sealed, self.key.key_id, version, fingerprint_of(sealed), expires_at, *who]
                if row:
                    cursor.execute(_REPLACE.format(column=column), [*what, owner.pk, field])
                else:
                    cursor.execute(_INSERT.format(column=column), [owner.force_id, owner.pk, field, *what])
                if cursor.rowcount:
                    return


def store(
    actor: Actor, owner: Owner, values: Mapping[str, str], *, expires_at: datetime | None = None
) -> None:
    """Seal each value and put it in place of the former one of that name; other fields stay as they are.

    Raises:
        VaultClosed: there is no key to seal with, and nobody who could make one.
    """
    try:
        sealer = _Sealer(owner, sealing_key(owner.force_id), origin_key())
    except KeyFileMissing as error:
        raise VaultClosed(str(error)) from None
    for field, value in values.items():
        sealer.put(actor, field, value, expires_at)


def sealing_key(force_id: UUID) -> SealingKey:
    """The public key that the force's values are sealed with now."""
    with connection.cursor() as cursor:
        key = newest_key(cursor, force_id)
        if key is None:
            # The force is new. Only the opener can make its key pair: only it can wrap the private half.
            ask({"op": "key", "force": str(force_id)})
            key = newest_key(cursor, force_id)
    if key is None:
        raise VaultClosed("The force has no key yet: save it before its first credential is put in.")
    return key


def forget(owner: Owner, *, but: frozenset[str] = frozenset()) -> int:
    """Take everything of this owner out of the vault for good (except fields named in ``but``); how many values."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM accounts_credential WHERE {_COLUMNS[type(owner)]} = %s AND NOT field = ANY(%s)",
            [owner.pk, list(but)],
        )
        return int(cursor.rowcount)
