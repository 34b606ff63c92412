"""The gate's SQL, the explanations and the lists of what is visible all say what a few plain lines of Python say.

The lines stand in this file and share nothing with the product: they walk parents, not the closure table, and
take the rules from the words of docs/tiers.md.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.backends.postgresql.psycopg_any import NumericRange

from accounts.access.declared import Permission, all_permissions
from accounts.access.duties import note_duties
from accounts.access.explain import explain
from accounts.access.gate import can, people_who_can, standing, visible_channels, visible_units
from accounts.access.who import answers_at, who_could
from accounts.actions.organisation import add_unit, add_user
from accounts.models import Answer, Channel, Grant, Role, Rota, Rule, Team, Unit, User
from accounts.permissions import MANAGE_CHANNEL, VIEW_CHANNEL
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable
from hqdash.base.once import remembering
from publishing.permissions import PUBLISH_POST
from tests.cast import Cast

LONDON = ZoneInfo("Europe/London")
RIGHTS = (PUBLISH_POST, VIEW_CHANNEL, MANAGE_CHANNEL)
SCENES = 12


@dataclass(frozen=True)
class Scene:
    """A small force put together at random."""

    units: list[Unit]
    channels: list[Channel]
    users: list[User]
    grants: list[Grant]
    rules: dict[tuple[object, str, object], str]
    now: datetime


def plain_answer(user: User, right: Permission, place: Unit | Channel, played: Scene) -> str:
    """The reference: what the tiers of ``user`` say, told as simply as it can be."""
    if not user.is_active:
        return "no"
    now = played.now
    grants = [grant for grant in played.grants if grant.user_id == user.pk and plain_within(grant, now)]
    if right.speaks and any(grant.role.administers for grant in grants):
        return "no"
    order = ["no", "approval", "allowed"]
    unit = place.unit if isinstance(place, Channel) else place
    answers = ["no"]
    for grant in grants:
        here = grant.channel_id == place.pk if grant.channel_id else grant.unit_id in plain_above(unit)
        if here and plain_on_shift(grant, now):
            answers.append(plain_tier(grant.role, right, unit, played))
    return max(answers, key=order.index)


def plain_within(grant: Grant, now: datetime) -> bool:
    if grant.role.retired_at is not None and grant.role.retired_at <= now:
        return False
    return grant.starts_at <= now and (grant.ends_at is None or now < grant.ends_at)


def plain_above(unit: Unit) -> list[object]:
    line: list[object] = []
    step: Unit | None = unit
    while step is not None:
        line.append(step.pk)
        step = step.parent
    return line


def plain_tier(role: Role, right: Permission, unit: Unit, played: Scene) -> str:
    for above in plain_above(unit):
        if (role.pk, right.name, above) in played.rules:
            return played.rules[role.pk, right.name, above]
    if right.name in role.permissions:
        return "allowed"
    return "approval" if right.name in role.with_approval else "no"


def plain_on_shift(grant: Grant, now: datetime) -> bool:
    if grant.team is None:
        return True
    rota, wall = grant.team.rota, now.astimezone(LONDON).replace(tzinfo=None)
    first = datetime.combine(rota.first_day, datetime.min.time()) + timedelta(days=grant.team.offset_days)
    for cycle in range(-40, 40):
        begins = first + timedelta(days=rota.cycle_days * cycle)
        for window in rota.windows:
            if begins + timedelta(minutes=window.lower) <= wall < begins + timedelta(minutes=window.upper):
                return True
    return False


def scene(chance: random.Random, cast: Cast) -> Scene:
    """Units three deep, tiers with overrides everywhere, grants of every kind."""
    system, now = cast.system, datetime(2026, 8, 9, 20, tzinfo=UTC) + timedelta(hours=chance.randrange(240))
    tag = f"{chance.random():.12f}"
    units = [cast.root, cast.coventry, cast.foleshill, cast.dudley]
    for number in range(5):
        parent = chance.choice(units)
        units.append(add_unit(actor=system, name=f"Unit {number}", code=f"{tag}/{number}", parent=parent))
    channels = [
        Channel.objects.create(unit=chance.choice(units), network="x", handle=f"{tag}{number}", name="x")
        for number in range(5)
    ]
    rota = Rota.objects.create(
        name=tag,
        cycle_days=chance.randint(1, 5),
        first_day=date(2026, 8, 1),
        windows=[NumericRange(low, low + chance.randint(60, 900)) for low in (0, 700)],
        shift_names=["One", "Two"],
    )
    team = Team.objects.create(rota=rota, name="A", offset_days=chance.randint(0, 4))
    roles = [a_role(chance, f"{tag}{number}", now) for number in range(3)]
    for _number in range(chance.randint(0, 10)):
        a_rule(chance, chance.choice(roles), chance.choice(units), now)
    users = [add_user(actor=system, username=f"{tag}.{number}") for number in range(3)]
    users[2].is_active = chance.random() > 0.5
    users[2].save()
    for user in users:
        for _number in range(chance.randint(0, 4)):
            a_grant(chance, user, roles, units, channels, team, now)
    grants = list(Grant.objects.filter(user__in=users).select_related("role", "team__rota"))
    rules = {
        (rule.role_id, rule.permission, rule.unit_id): rule.answer
        for rule in Rule.objects.filter(ends_at=None)
    }
    return Scene(units, channels, users, grants, rules, now)


def a_role(chance: random.Random, slug: str, now: datetime) -> Role:
    role = Role(slug=slug.replace(".", "-"), name=slug, number=1)
    kind = chance.choice(["speaks", "administers", "neither"])
    wanted = {
        "speaks": [PUBLISH_POST, VIEW_CHANNEL],
        "administers": [MANAGE_CHANNEL],
        "neither": [VIEW_CHANNEL],
    }
    for right in wanted[kind]:
        chance.choice([role.permissions, role.with_approval, []]).append(right.name)
    role.retired_at = chance.choice([None, None, None, now - timedelta(days=1), now + timedelta(days=1)])
    note_duties(role)
    role.save()
    return role


def a_rule(chance: random.Random, role: Role, unit: Unit, now: datetime) -> None:
    right = chance.choice(RIGHTS)
    if Rule.objects.filter(role=role, unit=unit, permission=right.name, ends_at=None).exists():
        return
    clashing = (right.speaks and role.administers) or (right.administers and role.speaks)
    answer = "no" if clashing else chance.choice(Answer.values)
    ends_at = now - timedelta(hours=1) if chance.random() < 0.2 else None
    Rule.objects.create(
        role=role,
        unit=unit,
        permission=right.name,
        answer=answer,
        starts_at=now - timedelta(days=9),
        ends_at=ends_at,
    )
    note_duties(role)
    role.save()


def a_grant(
    chance: random.Random,
    user: User,
    roles: list[Role],
    units: list[Unit],
    channels: list[Channel],
    team: Team,
    now: datetime,
) -> None:
    role = chance.choice(roles)
    held = [grant.role for grant in Grant.objects.filter(user=user).select_related("role")]
    if any((one.speaks and role.administers) or (one.administers and role.speaks) for one in held):
        return
    on_channel = chance.random() < 0.3
    starts_at = now + timedelta(days=chance.choice([-9, -9, -9, 1]))
    Grant.objects.create(
        user=user,
        role=role,
        unit=None if on_channel else chance.choice(units),
        channel=chance.choice(channels) if on_channel else None,
        team=team if chance.random() < 0.4 else None,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=chance.choice([2, 30])) if chance.random() < 0.4 else None,
        given_by="system",
    )


@pytest.mark.parametrize("seed", range(SCENES))
def test_every_way_of_asking_gives_the_plain_answer(cast: Cast, seed: int) -> None:
    try:
        played = scene(random.Random(seed), cast)
    except Unprocessable as clash:
        pytest.fail(f"The scene itself mixes duties: {clash}")
    places: list[Unit | Channel] = [*played.units, *played.channels]
    with clock.frozen_at(played.now):
        for user in played.users:
            actor = Actor(force_id=user.force_id, user_id=user.pk, username=user.username)
            everything = answers_at(user, RIGHTS, places)
            for right in RIGHTS:
                plain = {place.pk: plain_answer(user, right, place, played) for place in places}
                for place in places:
                    assert standing(actor, right, place) == plain[place.pk]
                    assert can(actor, right, place) == (plain[place.pk] == "allowed")
                    assert everything[place.pk, right.name] == plain[place.pk]
                units = {unit.pk for unit in played.units if plain[unit.pk] == "allowed"}
                channels = {channel.pk for channel in played.channels if plain[channel.pk] == "allowed"}
                ours = [channel.pk for channel in played.channels]
                assert set(visible_units(actor, right).values_list("pk", flat=True)) == units
                seen = set(visible_channels(actor, right).filter(pk__in=ours).values_list("pk", flat=True))
                assert seen == channels
                with remembering():
                    assert set(visible_units(actor, right).values_list("pk", flat=True)) == units
                    seen = set(
                        visible_channels(actor, right).filter(pk__in=ours).values_list("pk", flat=True)
                    )
                    assert seen == channels
                    on_grant = any(grant.channel_id in channels for grant in Grant.objects.filter(user=user))
                    assert can(actor, right) == bool(units or on_grant)
        for right in RIGHTS:
            for place in places:
                able = {
                    user.username
                    for user in played.users
                    if plain_answer(user, right, place, played) == "allowed"
                }
                names = {user.username for user in played.users}
                assert {user.username for user in people_who_can(right, place)} & names == able
                assert {one.username for one in who_could(right, place) if one.can} & names == able
        place, right = played.channels[0], PUBLISH_POST
        for user in played.users:
            told = explain(user, right, place)
            assert told.answer == plain_answer(user, right, place, played)
            assert set(told.others) & {user.username for user in played.users} <= able_at(
                played, right, place
            )


def able_at(played: Scene, right: Permission, place: Unit | Channel) -> set[str]:
    return {user.username for user in played.users if plain_answer(user, right, place, played) == "allowed"}


def test_the_reference_speaks_of_rights_that_there_are() -> None:
    assert set(RIGHTS) <= set(all_permissions())
