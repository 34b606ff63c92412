"""Who gains and who loses what by a set of changes: found by making them true, looking, and taking them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access.declared import Permission, all_permissions, permission_named
from accounts.access.facts import facts_of, units_above
from accounts.access.reasoning import Spot, answer_of, is_within, rank, spot_of
from accounts.changes.applying import apply_one, check_unmoved
from accounts.changes.kind import Names, Touched
from accounts.changes.kinds import kept_change
from accounts.models import Answer, Change, ChangeSet, Channel, Force, Grant, Rule, Unit, UnitPath, User
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Refusal
from hqdash.base.tenancy import current_force_id


@dataclass(frozen=True, slots=True)
class Difference:
    """One right of one person at one place, before and after."""

    permission: Permission
    place: Unit | Channel
    before: Answer
    after: Answer
    from_at: datetime | None
    """When it begins, if that is later than the changes come into force."""

    @property
    def is_gain(self) -> bool:
        """Whether the person may do more afterwards."""
        return rank(self.after) > rank(self.before)


@dataclass(frozen=True, slots=True)
class PersonEffect:
    """What one person gains, or what one person loses."""

    user_id: UUID
    username: str
    what: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A change that could not come into force as things are now."""

    change_id: UUID
    sentence: str


@dataclass(frozen=True, slots=True)
class Effect:
    """Everybody who gains, everybody who loses, and what stands in the way."""

    gains: tuple[PersonEffect, ...]
    losses: tuple[PersonEffect, ...]
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def summary(self) -> str:
        """Such as "14 people gain, 2 lose"."""
        return _("%(gain)s people gain, %(lose)s lose") % {"gain": len(self.gains), "lose": len(self.losses)}


Spots = set[tuple[UUID, Spot]]
State = dict[tuple[UUID, Spot, str], Answer]


class _TakeBack(Exception):
    """Leaves the savepoint, so that nothing of the trial stays."""


def effect_of(actor: Actor, change_set: ChangeSet, *, now: datetime | None = None) -> Effect:
    """Who would gain and lose if the set came into force now; nothing is changed.

    Shifts are looked past: who gains a right with the late shift gains it. Rights that begin or end later
    are looked at on the day they do.
    """
    moment = now or clock.now()
    changes = list(change_set.changes.all())
    touched, obstacles = _read(changes)
    later = {each for one in touched for each in one.moments if each > moment}
    moments = [moment, *sorted(later)]
    trial = _Trial(touched, moment)
    try:
        with transaction.atomic():
            obstacles += _tried(changes, {each.change_id for each in obstacles}, actor, change_set, moment)
            trial.look_around()
            after = [trial.state(each) for each in moments]
            raise _TakeBack
    except _TakeBack:
        before = [trial.state(each) for each in moments]
    gains, losses = trial.compared(list(zip(moments, before, after, strict=True)))
    return Effect(gains, losses, tuple(obstacles))


def _read(changes: Iterable[Change]) -> tuple[list[Touched], list[Obstacle]]:
    touched, obstacles = [], []
    for change in changes:
        try:
            wants = kept_change(change)
            check_unmoved(change, wants)
        except Refusal as moved:
            obstacles.append(Obstacle(change.pk, moved.sentence))
        else:
            touched.append(wants.touched())
    return touched, obstacles


def _tried(
    changes: Iterable[Change], left_out: set[UUID], actor: Actor, change_set: ChangeSet, moment: datetime
) -> list[Obstacle]:
    # The trial goes by the clock's hand: whether somebody may is asked when it is no trial any more.
    names = Names(change_set.proposed_by, None, Actor.clock(actor.force_id), change_set.reason)
    obstacles = []
    for change in changes:
        if change.pk in left_out:
            continue
        try:
            apply_one(change, names=names, now=moment)
        except Refusal as refused:
            obstacles.append(Obstacle(change.pk, refused.sentence))
    return obstacles


class OwnRights:
    """What one person may do, before a set of changes comes into force and after."""

    def __init__(self, user_id: UUID, touched: Sequence[Touched], moment: datetime) -> None:
        later = {each for one in touched for each in one.moments if each > moment}
        self._moments = [moment, *sorted(later)]
        self._trial = _Trial(touched, moment, only=user_id)
        self._before = [self._trial.state(each) for each in self._moments]

    def have_changed(self) -> bool:
        """Whether the person may do something else now, here or at a moment to come."""
        return [self._trial.state(each) for each in self._moments] != self._before


class _Trial:
    """The people and places that a set of changes may touch, looked at before and after."""

    def __init__(self, touched: Sequence[Touched], moment: datetime, *, only: UUID | None = None) -> None:
        self._touched = touched
        self._moment = moment
        self._only = only
        self._zone = Force.objects.get(pk=current_force_id()).zone
        self._people: set[UUID] = set()
        self._spots: Spots = set()
        self.look_around()

    def look_around(self) -> None:
        """Take in whoever may be touched as things are: once before the trial, once within."""
        moved = {unit for one in self._touched for unit in one.units}
        if self._only is not None:
            self._people = {self._only}
            places = {(self._only, place) for one in self._touched for place in one.places}
            self._spots |= places | self._where_it_matters(moved)
            return
        users = {user for one in self._touched for user in one.users}
        roles = {role for one in self._touched for role in one.roles}
        around = UnitPath.objects.filter(descendant_id__in=moved).values("ancestor_id")
        below = UnitPath.objects.filter(ancestor_id__in=moved).values("descendant_id")
        holders = self._grants().filter(
            Q(user_id__in=users)
            | Q(role_id__in=roles)
            | Q(unit_id__in=around)
            | Q(unit_id__in=below)
            | Q(channel__unit_id__in=below)
        )
        self._people |= users | set(holders.values_list("user_id", flat=True))
        self._spots |= self._where_it_matters(moved)

    def _grants(self) -> QuerySet[Grant]:
        return Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=self._moment))

    def _where_it_matters(self, moved: set[UUID]) -> Spots:
        """Rights change only where something is granted, overridden or moved: between, they are the same."""
        grants = list(self._grants().filter(user_id__in=self._people).select_related("channel"))
        spots = {(grant.user_id, spot_of(grant)) for grant in grants}
        spots |= {(person, Spot(unit)) for person in self._people for unit in moved}
        rules = set(
            Rule.objects.filter(ends_at=None, role_id__in={grant.role_id for grant in grants}).values_list(
                "role_id", "unit_id"
            )
        )
        above = units_above({unit for _role, unit in rules})
        holders: dict[tuple[UUID, UUID | None], set[UUID]] = defaultdict(set)
        for grant in grants:
            holders[grant.role_id, grant.unit_id].add(grant.user_id)
        for role, unit in rules:
            for ancestor in above[unit]:
                spots |= {(person, Spot(unit)) for person in holders.get((role, ancestor), ())}
        return spots

    def state(self, moment: datetime) -> State:
        """What each of the people may do at each of their places then."""
        grants = Grant.objects.filter(user_id__in=self._people)
        places = {spot.unit_id for _person, spot in self._spots}
        facts = facts_of(grants, moment=moment, zone=self._zone, places=places)
        own: dict[UUID, list[Grant]] = defaultdict(list)
        for grant in facts.grants:
            if grant.user.is_active and is_within(grant, moment):
                own[grant.user_id].append(grant)
        rights = all_permissions()
        return {
            (person, spot, right.name): answer_of(own[person], right, spot, facts, any_shift=True)
            for person, spot in self._spots
            for right in rights
        }

    def compared(
        self, states: Sequence[tuple[datetime, State, State]]
    ) -> tuple[tuple[PersonEffect, ...], tuple[PersonEffect, ...]]:
        """Gains and losses by person, each told once and at the highest place."""
        found: dict[tuple[UUID, str, Answer, Answer], dict[Spot, datetime | None]] = defaultdict(dict)
        for moment, before, after in states:
            for person, spot, right in before.keys() | after.keys():
                was = before.get((person, spot, right), Answer.NO)
                becomes = after.get((person, spot, right), Answer.NO)
                if was != becomes:
                    begins = moment if moment > self._moment else None
                    found[person, right, was, becomes].setdefault(spot, begins)
        above = units_above({spot.unit_id for spots in found.values() for spot in spots})
        units = Unit.objects.in_bulk(above)
        channels = Channel.objects.in_bulk(
            {spot.channel_id for spots in found.values() for spot in spots if spot.channel_id}
        )
        by_person: dict[tuple[UUID, bool], list[Difference]] = defaultdict(list)
        for (person, right, was, becomes), spots in found.items():
            declared = permission_named(right)
            for spot, begins in spots.items():
                higher = (Spot(unit) for unit in above[spot.unit_id])
                if declared is None or any(each in spots for each in higher if each != spot):
                    continue
                place = channels[spot.channel_id] if spot.channel_id else units[spot.unit_id]
                difference = Difference(declared, place, was, becomes, begins)
                by_person[person, difference.is_gain].append(difference)
        names = dict(User.objects.filter(pk__in=self._people).values_list("pk", "username"))
        told = [
            (gain, PersonEffect(person, names[person], tuple(sorted(what, key=_in_order))))
            for (person, gain), what in by_person.items()
        ]
        told.sort(key=lambda one: one[1].username)
        return tuple(one for gain, one in told if gain), tuple(one for gain, one in told if not gain)


def _in_order(difference: Difference) -> tuple[str, str]:
    return str(difference.place), difference.permission.name
