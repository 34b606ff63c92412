"""Seals what a force keeps again with its newest key, batch by batch, while the vault goes on opening."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from psycopg2.extras import execute_values

from accounts.vault.key_files import origin_key
from accounts.vault.key_store import newest_key
from accounts.vault.keys import KeyName, RootKeyRing
from accounts.vault.seal import Place, fingerprint_of, seal, unseal

BATCH = 250
# Sealing works in short transactions: an account whose sign-in is being put in waits a moment, not for the end.
_TO_DO = """
SELECT c.id, coalesce(c.channel_id, c.connecting_id, c.app_id), c.field, c.version, c.sealed, c.key_id,
       k.epoch, k.wrapped_private_key, k.root_key_id
FROM accounts_credential AS c JOIN accounts_forcekey AS k ON k.key_id = c.key_id AND k.force_id = c.force_id
WHERE c.force_id = %s AND c.key_id <> %s ORDER BY c.id LIMIT %s FOR UPDATE OF c
"""
_WRITE = """
UPDATE accounts_credential AS c
SET sealed = new.sealed, key_id = new.key_id, version = new.version, fingerprint = new.fingerprint
FROM (VALUES %s) AS new (id, sealed, key_id, version, fingerprint) WHERE c.id = new.id
"""


def seal_again(
    cursor: Any, *, force_id: UUID, ring: RootKeyRing, origin: Ed25519PublicKey, most: int = BATCH
) -> int:
    """Seal up to ``most`` credentials that an earlier key sealed with the newest one; how many were.

    What is done is told by each row's key id, so that a run that was cut off is taken up where it ended.
    """
    newest = newest_key(cursor, force_id)
    if newest is None:
        return 0
    signer = origin_key()
    cursor.execute(_TO_DO, [str(force_id), newest.key_id, most])
    again = []
    for row_id, whose, name, version, sealed, key_id, epoch, wrapped, root_key_id in cursor.fetchall():
        private = ring.private_key(
            bytes(wrapped), name=KeyName(force_id, key_id, epoch), root_key_id=root_key_id
        )
        place = Place(force_id, UUID(str(whose)), name, version, key_id)
        value = unseal(bytes(sealed), place=place, private_key=private, origin=origin)
        moved = Place(force_id, place.whose, name, version + 1, newest.key_id)
        fresh = seal(value, place=moved, public_key=newest.public_key, origin=signer)
        again.append((str(row_id), fresh, newest.key_id, version + 1, fingerprint_of(fresh)))
    if again:
        execute_values(
            cursor, _WRITE, again, template="(%s::uuid, %s::bytea, %s, %s::integer, %s)", page_size=most
        )
    return len(again)
