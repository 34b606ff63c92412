"""Who could do this here at that moment, and what may each person do: questions about many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.access.declared import Permission, all_permissions
from accounts.access.facts import Facts, facts_of, unit_of
from accounts.access.gate import Where, unit_id_of
from accounts.access.history import active_at
from accounts.access.reasoning import Spot, administers, is_in_force, is_now, rank, tier_says, verdicts
from accounts.access.reasons import given
from accounts.access.shifts import Shift, next_shift, shift_at
from accounts.models import Answer, Channel, Force, Grant, Unit, UnitPath, User
from hqdash.base import clock


@dataclass(frozen=True, slots=True)
class Could:
    """One person who holds a right at a place, freely, with approval, or when on shift."""

    user_id: UUID
    username: str
    answer: Answer
    on_shift: bool
    role: str
    place: Unit | Channel
    source: str
    shift: Shift | None
    """The shift they work then; the next one if they are off."""

    @property
    def can(self) -> bool:
        """Whether they could do it then without anybody else."""
        return self.answer == Answer.ALLOWED and self.on_shift


def who_could(permission: Permission, where: Where, at: datetime | None = None) -> list[Could]:
    """Everybody who holds the right there at that moment: first who could, then who needs approval or is off."""
    moment = at or clock.now()
    spot = Spot(unit_id_of(where), where.pk if isinstance(where, Channel) else None)
    above = UnitPath.objects.filter(descendant_id=spot.unit_id).values("ancestor_id")
    here = Q(unit_id__in=above) | (Q(channel_id=spot.channel_id) if spot.channel_id else Q(pk=None))
    holding = Grant.objects.filter(_at(moment), here)
    zone = Force.objects.get(pk=where.force_id).zone
    facts = facts_of(holding, moment=moment, zone=zone, places=[spot.unit_id], rights=[permission.name])
    own: dict[UUID, list[Grant]] = defaultdict(list)
    for grant in facts.grants:
        own[grant.user_id].append(grant)
    active = active_at({grant.user for grant in facts.grants}, moment)
    shut = _administering(own, moment, facts) if permission.speaks else set()
    found = [
        _could(grants, permission, spot, facts)
        for person, grants in own.items()
        if person in active and person not in shut
    ]
    could = [one for one in found if one is not None]
    return sorted(could, key=lambda one: (not one.can, not one.on_shift, -rank(one.answer), one.username))


def _could(grants: list[Grant], permission: Permission, spot: Spot, facts: Facts) -> Could | None:
    best = next(iter(verdicts(grants, permission, spot, facts)), None)
    if best is not None and (not best.on_shift or best.answer == Answer.NO):
        best = next(iter(verdicts(grants, permission, spot, facts, any_shift=True)), None)
    if best is None or best.answer == Answer.NO:
        return None
    grant = best.grant
    return Could(
        user_id=grant.user_id,
        username=grant.user.username,
        answer=best.answer,
        on_shift=is_now(grant, facts),
        role=grant.role.name,
        place=grant.place,
        source=given(grant),
        shift=_shift(grant, facts),
    )


def _shift(grant: Grant, facts: Facts) -> Shift | None:
    if grant.team_id is None:
        return None
    pattern = facts.patterns[grant.team_id]
    return shift_at(pattern, facts.moment) or next_shift(pattern, facts.moment)


def _administering(people: dict[UUID, list[Grant]], moment: datetime, facts: Facts) -> set[UUID]:
    """Who among them administers somewhere else, perhaps under another tier."""
    others = Grant.objects.filter(_at(moment), user_id__in=people)
    everywhere = facts_of(others, moment=moment, zone=facts.zone, rights=())
    return {grant.user_id for grant in everywhere.grants if administers([grant], everywhere) is not None}


@dataclass(frozen=True, slots=True)
class HeldRight:
    """What a tier says to one right at its place, and where below it says something else."""

    permission: Permission
    answer: Answer
    elsewhere: tuple[tuple[str, Answer], ...]


@dataclass(frozen=True, slots=True)
class HeldTier:
    """One tier that somebody holds, with everything it lets them do."""

    grant: Grant
    on_shift: bool
    shift: Shift | None
    """The shift they work now, or the next one."""
    source: str
    rights: tuple[HeldRight, ...]


def rights_of(user: User, *, at: datetime | None = None) -> list[HeldTier]:
    """Every tier that somebody holds at that moment (now unless given), on shift or not."""
    moment = at or clock.now()
    zone = Force.objects.get(pk=user.force_id).zone
    facts = facts_of(Grant.objects.filter(_at(moment), user=user), moment=moment, zone=zone)
    if user.pk not in active_at([user], moment):
        return []
    shut = administers(facts.grants, facts) is not None
    return [
        HeldTier(
            grant,
            is_now(grant, facts),
            _shift(grant, facts),
            given(grant),
            tuple(_held_rights(grant, facts, shut=shut)),
        )
        for grant in sorted(facts.grants, key=lambda one: (-one.role.number, str(one.place)))
        if is_in_force(grant, facts)
    ]


def _held_rights(grant: Grant, facts: Facts, *, shut: bool) -> list[HeldRight]:
    below: set[UUID] = set()
    if grant.channel_id is None:
        below = set(
            UnitPath.objects.filter(
                ancestor_id=unit_of(grant), depth__gt=0, descendant__rules__role=grant.role
            ).values_list("descendant_id", flat=True)
        )
    rights = []
    for permission in all_permissions():
        answer, _said = tier_says(grant.role_id, permission, unit_of(grant), facts)
        overrides = facts.said.get((grant.role_id, permission.name), {})
        elsewhere = tuple(
            (said.unit_name, Answer(said.answer))
            for unit, said in overrides.items()
            if unit in below and said.answer != answer
        )
        closed = permission.speaks and shut
        if not closed and (answer != Answer.NO or elsewhere):
            rights.append(HeldRight(permission, answer, elsewhere))
    return rights


def answers_at(
    user: User, permissions: Sequence[Permission], places: Sequence[Where], *, at: datetime | None = None
) -> dict[tuple[UUID, str], Answer]:
    """What the tiers say to each right at each place, by the place's id and the right's name."""
    moment = at or clock.now()
    zone = Force.objects.get(pk=user.force_id).zone
    units = {unit_id_of(place) for place in places}
    facts = facts_of(
        Grant.objects.filter(_at(moment), user=user),
        moment=moment,
        zone=zone,
        places=units,
        rights=[permission.name for permission in permissions],
    )
    shut = administers(facts.grants, facts) is not None
    is_active = user.pk in active_at([user], moment)
    answers: dict[tuple[UUID, str], Answer] = {}
    for place in places:
        spot = Spot(unit_id_of(place), place.pk if isinstance(place, Channel) else None)
        for permission in permissions:
            best = next(iter(verdicts(facts.grants, permission, spot, facts)), None)
            closed = not is_active or (permission.speaks and shut) or best is None or not best.on_shift
            answers[place.pk, permission.name] = Answer.NO if closed or best is None else best.answer
    return answers


def _at(moment: datetime) -> Q:
    return Q(ends_at=None, starts_at__lte=moment) | Q(ends_at__gt=moment, starts_at__lte=moment)
