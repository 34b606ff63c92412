"""The only way to the vault: a credential goes in at any time and comes out briefly, for a live lease."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.audit.book import record
from accounts.audited import CREDENTIAL_STORED
from accounts.models import Channel, Connecting, Lease
from accounts.vault import sign_ins
from accounts.vault.caller import ask
from accounts.vault.errors import VaultClosed, VaultError, VaultRefused
from accounts.vault.storing import store
from hqdash.base.actor import Actor
from hqdash.networks.secret import Secret

__all__ = ["VaultClosed", "VaultError", "VaultRefused", "is_ready", "open", "open_many", "put", "swap"]

Credentials = dict[str, Secret]


@contextmanager
def open(
    whose: Channel | Connecting, *, lease: Lease, purpose: str
) -> Iterator[Credentials]:  # read as drawer.open()
    """The credential of a channel, field by field, until the end of the block; then it is wiped.

    What a connection under way has brought home comes out in the same way. Where the purpose is to deal with
    the network about the sign-in itself, the secret of the force's network app is among the fields.

    Raises:
        VaultRefused: the lease does not open this now; the refusal is in the book.
        VaultClosed: the vault does not answer, or lacks a key that an administrator has to bring.
    """
    with open_many([(whose, lease)], purpose=purpose) as answers:
        answer = answers[0]
        if isinstance(answer, VaultError):
            raise answer
        yield answer


@contextmanager
def open_many(
    wanted: Sequence[tuple[Channel | Connecting, Lease]], *, purpose: str
) -> Iterator[list[Credentials | VaultError]]:
    """Several credentials with one call, in the order of asking; one refusal stops no other."""
    answers = _taken_out(wanted, purpose)
    try:
        yield answers
    finally:
        for answer in answers:
            if not isinstance(answer, VaultError):
                for secret in answer.values():
                    secret.wipe()


def put(
    actor: Actor,
    channel: Channel,
    credential: Mapping[str, str],
    *,
    expires_at: datetime | None = None,
    works_for: timedelta | None = None,
) -> int:
    """Seal a channel's credential with its force's public key; nobody but the opener can read it again.

    ``expires_at`` is the day on which a person has to sign in again; ``works_for`` how long it works unless
    it is renewed before. Fields that are not given are kept: a refresh token is never lost by signing in
    again. The version of the sign-in comes back.
    """
    with transaction.atomic():
        version = sign_ins.begin_version(actor, channel, ends_at=expires_at)
        store(actor, channel, credential, expires_at=expires_at)
        sign_ins.plan_renewal(channel, works_for=works_for)
        record(actor, CREDENTIAL_STORED, channel, fields=sorted(credential), expires_at=expires_at)
    return version


def swap(
    actor: Actor,
    channel: Channel,
    credential: Mapping[str, str],
    *,
    version: int,
    works_for: timedelta | None = None,
) -> bool:
    """Put a renewed credential in place of the one of this version; False when another took its place meanwhile."""
    with transaction.atomic():
        if not sign_ins.is_still(channel, version):
            return False
        sign_ins.begin_version(actor, channel, ends_at=None, renewed=True)
        store(actor, channel, credential)
        sign_ins.plan_renewal(channel, works_for=works_for)
    return True


def is_ready() -> bool:
    """Whether the vault answers and reaches its database."""
    try:
        return bool(ask({"op": "ping"}).get("ready"))
    except VaultClosed:
        return False


def rotate(force_id: UUID) -> int:
    """Give the force a new key pair and seal all its credentials again, batch by batch; how many were."""
    ask({"op": "new_key", "force": str(force_id)})
    return seal_again(force_id)


def seal_again(force_id: UUID) -> int:
    """Seal with the newest key whatever is still sealed with an earlier one; safe to begin again at any point."""
    total = 0
    while sealed := int(ask({"op": "seal_again", "force": str(force_id)})["sealed_again"]):
        total += sealed
    return total


def _taken_out(
    wanted: Sequence[tuple[Channel | Connecting, Lease]], purpose: str
) -> list[Credentials | VaultError]:
    asked = [
        {"lease": str(lease.pk), "fence": lease.fence, "whose": str(whose.pk), "purpose": purpose}
        for whose, lease in wanted
    ]
    answers: list[Credentials | VaultError] = []
    for answer in ask({"op": "open", "asked": asked})["answers"]:
        if "fields" in answer:
            answers.append({name: Secret(value) for name, value in answer["fields"].items()})
        elif "closed" in answer:
            answers.append(VaultClosed(answer["closed"]))
        else:
            answers.append(VaultRefused(answer["why"], answer["sentence"]))
    return answers
