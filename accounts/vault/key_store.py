"""Makes, unwraps and changes the key pairs of the forces; runs where the root key is, in the opener."""

import os
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.vault.key_pair import make_key_pair
from accounts.vault.keys import KeyName, RootKeyRing

# One lock per force while its first key is made: "hqky".
_LOCK_SPACE = 0x68716B79

_NEWEST = """
SELECT key_id, epoch, public_key FROM accounts_forcekey WHERE force_id = %s ORDER BY epoch DESC LIMIT 1
"""
_INSERT = """
INSERT INTO accounts_forcekey (id, force_id, key_id, epoch, public_key, wrapped_private_key, root_key_id)
VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s)
"""
_WITHOUT_KEY = """
SELECT id FROM accounts_force AS f
WHERE NOT EXISTS (SELECT 1 FROM accounts_forcekey AS k WHERE k.force_id = f.id)
"""
_OTHER_ROOT = """
SELECT id, force_id, key_id, epoch, wrapped_private_key, root_key_id FROM accounts_forcekey
WHERE root_key_id <> %s AND root_key_id = ANY(%s) FOR UPDATE
"""
_ROTATED = """
INSERT INTO accounts_auditentry (
    force_id, action, actor_id, username, kind, session, address, object_type, object_id, object_label,
    unit_id, unit_name, channel_id, channel_name, reason, details, salt
)
VALUES (%s, 'vault.rotated', NULL, 'system', 'clock', '', '', 'accounts.forcekey', %s, %s, NULL, '', NULL, '', '',
    jsonb_build_object('epoch', %s::integer), %s)
"""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """The public half that new credentials of a force are sealed with."""

    key_id: str
    epoch: int
    public_key: bytes


class UnknownForce(Exception):
    """There is no such force."""


def forces_without_key(cursor: Any) -> list[UUID]:
    """The forces for which nothing can be sealed yet."""
    cursor.execute(_WITHOUT_KEY)
    return [UUID(str(row[0])) for row in cursor.fetchall()]


def newest_key(cursor: Any, force_id: UUID) -> SealingKey | None:
    """The force's present key, if it has one."""
    cursor.execute(_NEWEST, [str(force_id)])
    row = cursor.fetchone()
    return SealingKey(row[0], row[1], bytes(row[2])) if row else None


def ensure_key(cursor: Any, *, force_id: UUID, ring: RootKeyRing) -> SealingKey:
    """The force's present key, made now when it is the first."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, str(force_id)])
    return newest_key(cursor, force_id) or add_key(cursor, force_id=force_id, ring=ring)


def add_key(cursor: Any, *, force_id: UUID, ring: RootKeyRing) -> SealingKey:
    """A new key pair for the force; from now on it is the one that seals."""
    cursor.execute("SELECT 1 FROM accounts_force WHERE id = %s", [str(force_id)])
    if cursor.fetchone() is None:
        raise UnknownForce("There is no such force.")
    present = newest_key(cursor, force_id)
    epoch = present.epoch + 1 if present else 1
    pair = make_key_pair()
    wrapped = ring.wrap(pair.private, name=KeyName(force_id, pair.key_id, epoch))
    cursor.execute(_INSERT, [str(force_id), pair.key_id, epoch, pair.public, wrapped, ring.root_key_id])
    if present:
        _note_rotation(cursor, force_id, pair.key_id, epoch)
    return SealingKey(pair.key_id, epoch, pair.public)


def _note_rotation(cursor: Any, force_id: UUID, key_id: str, epoch: int) -> None:
    cursor.execute(_ROTATED, [str(force_id), key_id, f"key {key_id}", epoch, os.urandom(32)])


def wrap_again(cursor: Any, *, ring: RootKeyRing) -> int:
    """Wrap with the present root key every private key that an earlier one on the ring still wraps; how many."""
    cursor.execute(_OTHER_ROOT, [ring.root_key_id, ring.ids])
    rows = cursor.fetchall()
    for row_id, force_id, key_id, epoch, wrapped, root_key_id in rows:
        name = KeyName(UUID(str(force_id)), key_id, epoch)
        private = ring.unwrap(bytes(wrapped), name=name, root_key_id=root_key_id)
        cursor.execute(
            "UPDATE accounts_forcekey SET wrapped_private_key = %s, root_key_id = %s WHERE id = %s",
            [ring.wrap(private, name=name), ring.root_key_id, str(row_id)],
        )
    return len(rows)
