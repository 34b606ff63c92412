"""Judges facts about rights: the same rules as the gate's, told link by link. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.access.declared import Permission, administering_rights
from accounts.access.facts import Facts, Said, unit_of
from accounts.access.shifts import is_on_shift
from accounts.models import Answer, Grant

_RANK = {Answer.NO: 0, Answer.APPROVAL: 1, Answer.ALLOWED: 2}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as reasoning needs it: a unit, and the channel on it if there is one."""

    unit_id: UUID
    channel_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one grant says to a right at a place."""

    grant: Grant
    answer: Answer
    said: Said | None
    """The override that decided; None where the force's default did."""
    on_shift: bool

    @property
    def rank(self) -> tuple[int, bool]:
        """The best verdict is the one with the highest."""
        return (_RANK[self.answer] if self.on_shift else -1, self.on_shift)


def rank(answer: Answer) -> int:
    """How far an answer lets one: 0 not at all, 1 with approval, 2 freely."""
    return _RANK[answer]


def is_in_force(grant: Grant, facts: Facts) -> bool:
    """Whether a grant holds at the moment, whatever the shift."""
    return is_within(grant, facts.moment) and not is_retired(grant, facts)


def is_within(grant: Grant, moment: datetime) -> bool:
    """Whether the moment lies between its start and its end."""
    return grant.starts_at <= moment and (grant.ends_at is None or grant.ends_at > moment)


def is_retired(grant: Grant, facts: Facts) -> bool:
    """Whether its tier was retired by then."""
    retired_at = facts.tiers[grant.role_id].retired_at
    return retired_at is not None and retired_at <= facts.moment


def covers(grant: Grant, spot: Spot, facts: Facts) -> bool:
    """Whether a grant counts at the place."""
    if grant.channel_id is not None:
        return grant.channel_id == spot.channel_id
    return grant.unit_id in facts.above.get(spot.unit_id, ())


def tier_says(
    role_id: UUID, permission: Permission, unit_id: UUID, facts: Facts
) -> tuple[Answer, Said | None]:
    """The nearest override up the tree, or the force's default."""
    overrides = facts.said.get((role_id, permission.name))
    if overrides:
        for unit in facts.above.get(unit_id, ()):
            if unit in overrides:
                return Answer(overrides[unit].answer), overrides[unit]
    tier = facts.tiers[role_id]
    if permission.name in tier.permissions:
        return Answer.ALLOWED, None
    return (Answer.APPROVAL if permission.name in tier.with_approval else Answer.NO), None


def is_now(grant: Grant, facts: Facts) -> bool:
    """Whether the grant's team is on shift at the moment; a grant without one always is."""
    return grant.team_id is None or is_on_shift(facts.patterns[grant.team_id], facts.moment)


def verdicts(
    grants: Iterable[Grant], permission: Permission, spot: Spot, facts: Facts, *, any_shift: bool = False
) -> list[Verdict]:
    """What each grant that holds at the moment says, the best first; ``any_shift`` looks past the rota."""
    found = [
        Verdict(
            grant,
            *tier_says(grant.role_id, permission, spot.unit_id, facts),
            any_shift or is_now(grant, facts),
        )
        for grant in grants
        if is_in_force(grant, facts) and covers(grant, spot, facts)
    ]
    return sorted(found, key=lambda verdict: verdict.rank, reverse=True)


def administers(grants: Iterable[Grant], facts: Facts) -> Grant | None:
    """The grant by which somebody administers at the moment, on shift or not."""
    return next(
        (grant for grant in grants if _tier_administers(grant, facts) and is_in_force(grant, facts)),
        None,
    )


def _tier_administers(grant: Grant, facts: Facts) -> bool:
    if not facts.is_past:
        return grant.role.administers
    tier = facts.tiers[grant.role_id]
    rights = administering_rights()
    if rights & (tier.permissions | tier.with_approval):
        return True
    said = (facts.said.get((grant.role_id, name), {}) for name in rights)
    return any(one.answer != Answer.NO for overrides in said for one in overrides.values())


def answer_of(
    grants: Iterable[Grant], permission: Permission, spot: Spot, facts: Facts, *, any_shift: bool = False
) -> Answer:
    """What the tiers of somebody with these grants say at the place."""
    own = list(grants)
    if permission.speaks and administers(own, facts) is not None:
        return Answer.NO
    best = next(iter(verdicts(own, permission, spot, facts, any_shift=any_shift)), None)
    return best.answer if best is not None and best.on_shift else Answer.NO


def spot_of(grant: Grant) -> Spot:
    """The place of a grant."""
    return Spot(unit_of(grant), grant.channel_id)
