"""Does at the network what was decided; no transaction is open while the network is asked."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from accounts.actions.leases import end_lease, take_lease
from accounts.vault import drawer
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.networks.errors import (
    NetworkError,
    Reason,
    Refused,
    SignInExpired,
    TryLater,
    Unreachable,
)
from hqdash.networks.network import get_network
from hqdash.networks.types import Effect
from moderation.actions.claiming import Claim, begin_attempt, claim_act
from moderation.actions.settling import settle
from moderation.rules import Outcome, pause_before

log = logging.getLogger(__name__)

VAULT_LEASE = timedelta(seconds=50)


@dataclass(frozen=True, slots=True)
class Result:
    """What one call came to, in words for a person."""

    outcome: Outcome
    sentence: str = ""
    detail: str = ""
    who_still_sees: str = ""
    wait: timedelta | None = None


def carry_out(*, actor: Actor, act_id: UUID, now: datetime) -> Outcome | None:
    """Carry out one act, unless somebody else already is; what it came to."""
    claim = claim_act(act_id)
    if claim is None:
        return None
    result = _ask_the_network(claim)
    if result is None:
        return None
    settle(
        actor=actor,
        claim=claim,
        outcome=result.outcome,
        sentence=result.sentence,
        detail=result.detail,
        who_still_sees=result.who_still_sees,
        wait=result.wait or pause_before(claim.act.attempts),
        now=max(now, clock.now()),
    )
    return result.outcome


def _ask_the_network(claim: Claim) -> Result | None:
    act = claim.act
    channel = act.channel
    network = get_network(channel.network)
    http = replace(network.http_settings(), connect_timeout=4.0, read_timeout=10.0, total_timeout=15.0)
    lease = take_lease(channel_id=channel.pk, purpose="moderate", subject_id=act.pk, lasts=VAULT_LEASE)
    began = False
    try:
        with drawer.open(channel, lease=lease, purpose="moderate") as credentials:
            connector = network.connect(channel.account, credentials, http)
            verb = getattr(connector, act.verb)
            began = begin_attempt(claim)
            if not began:
                return None
            return _told(verb(act.mention.external_id))
    except drawer.VaultRefused as refusal:
        # A lock-down ends; every other refusal of the vault needs a person first.
        outcome = Outcome.LATER if refusal.why == "force_locked" else Outcome.REFUSED
        return Result(outcome, refusal.sentence, refusal.why)
    except drawer.VaultError as closed:
        return Result(Outcome.LATER, closed.sentence)
    except NetworkError as failure:
        return _failed(failure)
    except Exception:
        log.exception("act %s failed in an unforeseen way", act.pk)
        outcome = Outcome.UNKNOWN if began else Outcome.LATER
        return Result(outcome, "Something failed on our side; it is tried again.")
    finally:
        end_lease(lease)


def _told(effect: Effect) -> Result:
    if effect.done:
        return Result(Outcome.DONE, who_still_sees=effect.who_still_sees)
    return Result(Outcome.REFUSED, "The network says that it did not do it.")


def _failed(failure: NetworkError) -> Result:
    """The class of the error decides; each verb is idempotent, so what is unknown may be repeated."""
    match failure:
        case Refused(reason=Reason.NOT_FOUND):
            return Result(Outcome.GONE, failure.sentence, failure.detail)
        case Refused() | SignInExpired():
            return Result(Outcome.REFUSED, failure.sentence, failure.detail)
        case TryLater(wait=wait):
            return Result(Outcome.LATER, failure.sentence, failure.detail, wait=wait)
        case Unreachable():
            return Result(Outcome.LATER, failure.sentence, failure.detail)
        case _:
            return Result(Outcome.UNKNOWN, failure.sentence, failure.detail)
