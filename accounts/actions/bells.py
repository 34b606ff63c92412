"""Wakes a worker for what the vault has to do; a bell that is not heard costs some seconds, and no work."""

from __future__ import annotations

from uuid import UUID

from hqdash.base.jobs import ring


def ring_connecting(force_id: UUID, connecting_id: UUID) -> None:
    """Somebody has come back from a network."""
    from accounts.tasks import carry_on_connecting

    ring(carry_on_connecting, force_id=force_id, connecting_id=connecting_id)


def ring_errand(force_id: UUID, errand_id: UUID) -> None:
    """Somebody waits for the outcome of an errand."""
    from accounts.tasks import run_errand

    ring(run_errand, force_id=force_id, errand_id=errand_id)


def ring_renewal(force_id: UUID, channel_id: UUID) -> None:
    """A sign-in is due to be renewed."""
    from accounts.tasks import renew_sign_in

    ring(renew_sign_in, force_id=force_id, channel_id=channel_id)
