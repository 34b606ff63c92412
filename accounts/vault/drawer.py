"""The only way to the vault: a credential goes in at any time and comes out briefly, for a live lease."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from accounts.audit.book import record
from accounts.audited import CREDENTIAL_STORED
from accounts.models import Channel, Lease
from accounts.vault.caller import ask
from accounts.vault.errors import VaultClosed, VaultError, VaultRefused
from accounts.vault.key_files import KeyFile, KeyFileMissing, origin_key, read_key
from accounts.vault.key_store import SealingKey, newest_key
from accounts.vault.seal import Place, seal
from hqdash.base.actor import Actor
from hqdash.networks.secret import Secret

__all__ = ["VaultClosed", "VaultError", "VaultRefused", "is_ready", "open", "open_many", "put"]

_VERSION = "SELECT version FROM accounts_credential WHERE channel_id = %s AND field = %s FOR UPDATE"
_INSERT = """
INSERT INTO accounts_credential (
    id, force_id, channel_id, field, sealed, key_id, version, fingerprint, expires_at,
    put_by, put_by_name, put_at
)
VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())
ON CONFLICT (channel_id, field) DO NOTHING
"""
_REPLACE = """
UPDATE accounts_credential
SET sealed = %s, key_id = %s, version = %s, fingerprint = %s, expires_at = %s, put_by = %s, put_by_name = %s,
    put_at = clock_timestamp()
WHERE channel_id = %s AND field = %s
"""


@contextmanager
def open(channel: Channel, *, lease: Lease, purpose: str) -> Iterator[dict[str, Secret]]:  # drawer.open()
    """The credential of a channel, field by field, until the end of the block; then it is wiped.

    Raises:
        VaultRefused: the lease does not open this channel now; the refusal is in the book.
        VaultClosed: the vault does not answer.
    """
    with open_many([(channel, lease)], purpose=purpose) as answers:
        answer = answers[0]
        if isinstance(answer, VaultRefused):
            raise answer
        yield answer


@contextmanager
def open_many(
    wanted: Sequence[tuple[Channel, Lease]], *, purpose: str
) -> Iterator[list[dict[str, Secret] | VaultRefused]]:
    """Several credentials with one call, in the order of asking; one refusal stops no other."""
    answers = _taken_out(wanted, purpose)
    try:
        yield answers
    finally:
        for answer in answers:
            if not isinstance(answer, VaultRefused):
                for secret in answer.values():
                    secret.wipe()


def put(
    actor: Actor, channel: Channel, credential: Mapping[str, str], *, expires_at: datetime | None = None
) -> None:
    """Seal a channel's credential with its force's public key; nobody but the opener can read it again."""
    with transaction.atomic():
        key = _sealing_key(channel.force_id)
        for field, value in credential.items():
            _put_field(actor, channel, field, value, key=key, expires_at=expires_at)
        record(actor, CREDENTIAL_STORED, channel, fields=sorted(credential), expires_at=expires_at)


def is_ready() -> bool:
    """Whether the vault answers and reaches its database."""
    try:
        return bool(ask({"op": "ping"}).get("ready"))
    except VaultClosed:
        return False


def rotate(force_id: UUID) -> int:
    """Give the force a new key pair and seal all its credentials again; how many were."""
    return int(ask({"op": "rotate", "force": str(force_id)})["sealed_again"])


def _taken_out(
    wanted: Sequence[tuple[Channel, Lease]], purpose: str
) -> list[dict[str, Secret] | VaultRefused]:
    asked = [
        {"lease": str(lease.pk), "fence": lease.fence, "channel": str(channel.pk), "purpose": purpose}
        for channel, lease in wanted
    ]
    return [
        {name: Secret(value) for name, value in answer["fields"].items()}
        if "fields" in answer
        else VaultRefused(answer["why"], answer["sentence"])
        for answer in ask({"op": "open", "asked": asked})["answers"]
    ]


def _sealing_key(force_id: UUID) -> SealingKey:
    with connection.cursor() as cursor:
        key = newest_key(cursor, force_id)
        if key is None:
            # The force is new. Only the opener can make its key pair: only it can wrap the private half.
            ask({"op": "key", "force": str(force_id)})
            key = newest_key(cursor, force_id)
    if key is None:
        raise VaultClosed("The force has no key yet: save it before its first credential is put in.")
    return key


def _put_field(
    actor: Actor, channel: Channel, field: str, value: str, *, key: SealingKey, expires_at: datetime | None
) -> None:
    try:
        signer = origin_key()
        mark = _fingerprint(channel, field, value)
    except KeyFileMissing as error:
        raise VaultClosed(str(error)) from None
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_VERSION, [channel.pk, field])
            row = cursor.fetchone()
            version = row[0] + 1 if row else 1
            place = Place(channel.force_id, channel.pk, field, version, key.key_id)
            sealed = seal(value.encode(), place=place, public_key=key.public_key, origin=signer)
            who = [actor.user_id, actor.username]
            if row:
                cursor.execute(
                    _REPLACE, [sealed, key.key_id, version, mark, expires_at, *who, channel.pk, field]
                )
            else:
                cursor.execute(
                    _INSERT,
                    [
                        channel.force_id,
                        channel.pk,
                        field,
                        sealed,
                        key.key_id,
                        version,
                        mark,
                        expires_at,
                        *who,
                    ],
                )
            if cursor.rowcount:
                return


def _fingerprint(channel: Channel, field: str, value: str) -> str:
    """Tells whether the same value was put in again, to nobody who does not have the web tier's key."""
    message = b"\0".join((b"hqdash/fingerprint/1", channel.pk.bytes, field.encode(), value.encode()))
    return hmac.new(read_key(KeyFile.ORIGIN), message, hashlib.sha256).hexdigest()[:16]
