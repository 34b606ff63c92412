"""Seals what a force keeps again with its newest key, so that an earlier key can be forgotten."""

from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accounts.vault.key_files import origin_key
from accounts.vault.key_store import newest_key
from accounts.vault.keys import KeyName, RootKeyRing
from accounts.vault.seal import Place, seal, unseal

_TO_DO = """
SELECT c.id, c.channel_id, c.field, c.version, c.sealed, c.key_id,
       k.epoch, k.wrapped_private_key, k.root_key_id
FROM accounts_credential AS c JOIN accounts_forcekey AS k ON k.key_id = c.key_id AND k.force_id = c.force_id
WHERE c.force_id = %s AND c.key_id <> %s FOR UPDATE OF c
"""


def seal_again(cursor: Any, *, force_id: UUID, ring: RootKeyRing, origin: Ed25519PublicKey) -> int:
    """Seal every credential of the force with its newest key; how many were sealed again."""
    newest = newest_key(cursor, force_id)
    if newest is None:
        return 0
    signer = origin_key()
    cursor.execute(_TO_DO, [str(force_id), newest.key_id])
    rows = cursor.fetchall()
    for row_id, channel_id, name, version, sealed, key_id, epoch, wrapped, root_key_id in rows:
        private = ring.private_key(
            bytes(wrapped), name=KeyName(force_id, key_id, epoch), root_key_id=root_key_id
        )
        place = Place(force_id, UUID(str(channel_id)), name, version, key_id)
        value = unseal(bytes(sealed), place=place, private_key=private, origin=origin)
        moved = Place(force_id, place.channel_id, name, version + 1, newest.key_id)
        cursor.execute(
            "UPDATE accounts_credential SET sealed = %s, key_id = %s, version = %s WHERE id = %s",
            [
                seal(value, place=moved, public_key=newest.public_key, origin=signer),
                newest.key_id,
                version + 1,
                row_id,
            ],
        )
    return len(rows)
