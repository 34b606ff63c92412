"""Decides whether a credential may be opened, opens it and writes that into the book."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accounts.vault.errors import VaultClosed, VaultRefused
from accounts.vault.keys import KeyName, RootKeyMissing, RootKeyRing, WrongRootKey
from accounts.vault.seal import Place, SealBroken, unseal

# What a worker needs to deal with a network about the sign-in itself; nothing else gets the app's secret.
ABOUT_THE_SIGN_IN = ("connect", "renew", "test", "revoke")

_WHAT_IS_THERE = """
SELECT l.id, l.fence, coalesce(l.channel_id, l.connecting_id), l.purpose, l.expires_at > clock_timestamp(),
       f.locked_at IS NOT NULL, coalesce(c.state, ''), l.force_id,
       k.name, k.whose, k.field, k.version, k.sealed, k.key_id,
       fk.epoch, fk.wrapped_private_key, fk.root_key_id
FROM accounts_lease AS l
JOIN accounts_force AS f ON f.id = l.force_id
LEFT JOIN accounts_channel AS c ON c.id = l.channel_id AND c.force_id = l.force_id
LEFT JOIN LATERAL (
    SELECT own.field AS name, own.channel_id AS whose, own.field, own.version, own.sealed, own.key_id
    FROM accounts_credential AS own WHERE own.channel_id = l.channel_id AND own.force_id = l.force_id
{also}) AS k ON true
LEFT JOIN accounts_forcekey AS fk ON fk.key_id = k.key_id AND fk.force_id = l.force_id
WHERE l.id = ANY(%s::uuid[])
"""
_ALSO = f"""
    UNION ALL
    SELECT own.field, own.connecting_id, own.field, own.version, own.sealed, own.key_id
    FROM accounts_credential AS own WHERE own.connecting_id = l.connecting_id AND own.force_id = l.force_id
    UNION ALL
    SELECT 'app.' || own.field, own.app_id, own.field, own.version, own.sealed, own.key_id
    FROM accounts_networkapp AS a
    JOIN accounts_credential AS own ON own.app_id = a.id AND own.force_id = l.force_id
    LEFT JOIN accounts_connecting AS cn ON cn.id = l.connecting_id AND cn.force_id = l.force_id
    WHERE a.force_id = l.force_id AND a.network = coalesce(c.network, cn.network)
        AND l.purpose IN {ABOUT_THE_SIGN_IN}
"""
# Nearly every opening is for a channel's own fields: those are asked for by the short statement.
_CHANNELS_OWN = _WHAT_IS_THERE.format(also="")
_EVERYTHING = _WHAT_IS_THERE.format(also=_ALSO)
# The lease is looked at again here: what the book says was opened had a live lease in the same transaction.
_WRITE_OPENED = """
INSERT INTO accounts_auditentry (
    force_id, action, actor_id, username, kind, session, address, object_type, object_id, object_label,
    unit_id, unit_name, channel_id, channel_name, reason, details, salt
)
SELECT l.force_id, 'vault.opened', NULL, 'system', 'clock', '', '',
    CASE WHEN c.id IS NULL THEN 'accounts.connecting' ELSE 'accounts.channel' END,
    coalesce(c.id, cn.id)::text, coalesce(left(c.handle || ' on ' || c.network, 300), cn.network || ': new account'),
    coalesce(c.unit_id, cn.unit_id), '', c.id, coalesce(left(c.handle || ' on ' || c.network, 300), ''), '',
    jsonb_build_object(
        'purpose', l.purpose, 'lease', l.id::text, 'fence', l.fence, 'subject', l.subject_id::text,
        'holder', l.holder, 'fields', asked.fields::jsonb
    ), asked.salt
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[]) AS asked(lease, fence, fields, salt)
JOIN accounts_lease AS l ON l.id = asked.lease AND l.fence = asked.fence AND l.expires_at > clock_timestamp()
JOIN accounts_force AS f ON f.id = l.force_id AND f.locked_at IS NULL
LEFT JOIN accounts_channel AS c ON c.id = l.channel_id
LEFT JOIN accounts_connecting AS cn ON cn.id = l.connecting_id
WHERE (c.id IS NOT NULL AND (c.state <> 'suspended' OR l.purpose = 'revoke')) OR cn.id IS NOT NULL
RETURNING details ->> 'lease'
"""
_WRITE_REFUSED = """
INSERT INTO accounts_auditentry (
    force_id, action, actor_id, username, kind, session, address, object_type, object_id, object_label,
    unit_id, unit_name, channel_id, channel_name, reason, details, salt
)
SELECT l.force_id, 'vault.refused', NULL, 'system', 'clock', '', '',
    CASE WHEN c.id IS NULL THEN 'accounts.connecting' ELSE 'accounts.channel' END,
    coalesce(c.id, cn.id)::text, coalesce(left(c.handle || ' on ' || c.network, 300), cn.network || ': new account'),
    coalesce(c.unit_id, cn.unit_id), '', c.id, coalesce(left(c.handle || ' on ' || c.network, 300), ''), %s,
    jsonb_build_object('purpose', %s::text, 'lease', l.id::text, 'fence', %s::bigint, 'why', %s::text), %s
FROM accounts_lease AS l
LEFT JOIN accounts_channel AS c ON c.id = l.channel_id
LEFT JOIN accounts_connecting AS cn ON cn.id = l.connecting_id
WHERE l.id = %s
"""

# Planned once for each connection: for eight workers at once, planning costs the database as much as answering.
PREPARED = {
    "vault_channels_own": ("uuid[]", _CHANNELS_OWN),
    "vault_everything": ("uuid[]", _EVERYTHING),
    "vault_write_opened": ("uuid[], bigint[], text[], bytea[]", _WRITE_OPENED),
}

SENTENCES = {
    "lease_missing": "There is no such lease.",
    "wrong_fence": "Somebody else has taken this work over.",
    "lease_expired": "The lease has run out.",
    "wrong_channel": "The lease is for another account.",
    "wrong_purpose": "The lease is for another purpose.",
    "force_locked": "The force is locked: no account can be used until it is unlocked.",
    "channel_suspended": "The account is suspended.",
    "no_credential": "No credential is kept for this account: connect it first.",
    "seal_broken": "The kept credential was changed or is not this account's: connect the account again.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a worker shows in order to get a credential."""

    lease_id: UUID
    fence: int
    whose: UUID
    purpose: str


@dataclass(slots=True)
class Found:
    """What the database knows about a lease, and the sealed fields that it is for."""

    fence: int
    whose: UUID
    purpose: str
    is_live: bool
    is_locked: bool
    state: str
    force_id: UUID
    sealed: list[tuple[Any, ...]] = field(default_factory=list, repr=False)


Answer = dict[str, str] | VaultRefused | VaultClosed


def prepare(cursor: Any) -> None:
    """Let the database plan the statements of an opening; a connection needs this before ``open_for``."""
    # All of them go by keys: no list of leases deserves a plan of its own.
    cursor.execute("SET plan_cache_mode = force_generic_plan")
    for name, (types, statement) in PREPARED.items():
        cursor.execute(f"PREPARE {name} ({types}) AS {_numbered(statement)}")


def _numbered(statement: str) -> str:
    """The same statement with its places numbered, as PREPARE wants them."""
    first, *rest = statement.replace("%%", "%").split("%s")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, start=1))


def open_for(
    cursor: Any, asked: Sequence[Asked], *, ring: RootKeyRing, origin: Ed25519PublicKey
) -> list[Answer]:
    """For each request, in order, the fields in clear or the refusal; both are in the book."""
    found = _look_up(cursor, asked)
    answers: list[Answer] = []
    for one in asked:
        lease = found.get(one.lease_id)
        why = reason_against(one, lease)
        answers.append(_refusal(why) if why or lease is None else _opened(lease, ring=ring, origin=origin))
    _write_opened(cursor, asked, answers)
    for one, answer in zip(asked, answers, strict=True):
        if isinstance(answer, VaultRefused) and answer.why != "lease_missing":
            _write_refused(cursor, one, answer)
    return answers


def reason_against(asked: Asked, lease: Found | None) -> str:
    """Why this must not be opened; empty when nothing speaks against it."""
    if lease is None:
        return "lease_missing"
    checks = (
        (asked.fence != lease.fence, "wrong_fence"),
        (not lease.is_live, "lease_expired"),
        (asked.whose != lease.whose, "wrong_channel"),
        (asked.purpose != lease.purpose, "wrong_purpose"),
        (lease.is_locked, "force_locked"),
        # Ending a sign-in at its network speaks for nobody; a suspended account is just where it may be wanted.
        (lease.state == "suspended" and lease.purpose != "revoke", "channel_suspended"),
        (not lease.sealed, "no_credential"),
    )
    return next((why for speaks_against, why in checks if speaks_against), "")


def _look_up(cursor: Any, asked: Sequence[Asked]) -> dict[UUID, Found]:
    # The lease's own purpose decides what is given; what the caller says of it only chooses the statement.
    short = all(one.purpose not in ABOUT_THE_SIGN_IN for one in asked)
    name = "vault_channels_own" if short else "vault_everything"
    cursor.execute(f"EXECUTE {name} (%s::uuid[])", [[str(one.lease_id) for one in asked]])
    found: dict[UUID, Found] = {}
    for lease_id, fence, whose, purpose, is_live, is_locked, state, force_id, *sealed in cursor.fetchall():
        key = UUID(str(lease_id))
        lease = found.get(key)
        if lease is None:
            lease = found[key] = Found(
                fence, UUID(str(whose)), purpose, is_live, is_locked, state, UUID(str(force_id))
            )
        if sealed[0] is not None:
            lease.sealed.append(tuple(sealed))
    return found


def _opened(lease: Found, *, ring: RootKeyRing, origin: Ed25519PublicKey) -> Answer:
    fields = {}
    try:
        for name, whose, field_name, version, sealed, key_id, epoch, wrapped, root_key_id in lease.sealed:
            if wrapped is None:
                return _refusal("seal_broken")
            private = ring.private_key(
                bytes(wrapped), name=KeyName(lease.force_id, key_id, epoch), root_key_id=root_key_id
            )
            place = Place(lease.force_id, UUID(str(whose)), field_name, version, key_id)
            fields[name] = unseal(bytes(sealed), place=place, private_key=private, origin=origin).decode()
    except RootKeyMissing as missing:
        # Nothing is wrong with the account: the work waits until somebody brings the key.
        return VaultClosed(str(missing))
    except (SealBroken, WrongRootKey, UnicodeDecodeError):
        return _refusal("seal_broken")
    return fields


def _write_opened(cursor: Any, asked: Sequence[Asked], answers: list[Answer]) -> None:
    opened = [at for at, answer in enumerate(answers) if isinstance(answer, dict)]
    if not opened:
        return
    cursor.execute(
        "EXECUTE vault_write_opened (%s::uuid[], %s::bigint[], %s::text[], %s::bytea[])",
        [
            [str(asked[at].lease_id) for at in opened],
            [asked[at].fence for at in opened],
            [json.dumps(sorted(answers[at])) for at in opened],  # type: ignore[arg-type]  # only dicts are chosen
            [secrets.token_bytes(32) for _ in opened],
        ],
    )
    written = {UUID(row[0]) for row in cursor.fetchall()}
    for at in opened:
        if asked[at].lease_id not in written:
            # It ran out, was taken over or stopped between the look and the line in the book.
            answers[at] = _refusal("lease_expired")


def _write_refused(cursor: Any, asked: Asked, refusal: VaultRefused) -> None:
    cursor.execute(
        _WRITE_REFUSED,
        [
            refusal.sentence,
            asked.purpose,
            asked.fence,
            refusal.why,
            secrets.token_bytes(32),
            str(asked.lease_id),
        ],
    )


def _refusal(why: str) -> VaultRefused:
    return VaultRefused(why, SENTENCES[why])
