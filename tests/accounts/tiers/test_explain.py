"""Why and why not, link by link, for any moment and for what might be; and who could."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.access.explain import Explanation, explain
from accounts.access.shifts import two_two_two_four
from accounts.access.what_if import explain_if
from accounts.access.who import answers_at, rights_of, who_could
from accounts.actions.changes import collect, propose, put_into_force
from accounts.actions.channels import change_channel_state
from accounts.actions.rotas import add_rota
from accounts.actions.units import move_unit
from accounts.changes.kinds import wanted
from accounts.models import Answer, AuditEntry, Channel, Grant, Lockdown, Role, User
from accounts.permissions import VIEW_CHANNEL
from hqdash.base import clock
from hqdash.base.errors import Conflict, NotAllowed
from publishing.permissions import PUBLISH_POST
from tests.cast import Cast

SUMMER = datetime(2026, 8, 9, 20, tzinfo=UTC)


def rules(told: Explanation, *, holding: bool) -> str:
    return " | ".join(reason.rule for reason in told.reasons if reason.holds == holding)


def have_worked_since(cast: Cast, moment: datetime) -> None:
    """The people of the cast were added then."""
    User.objects.update(created_at=moment)
    cast.pc.user.refresh_from_db()


def decide(cast: Cast, now: datetime, **what: object) -> None:
    """A change that both administrators agree on."""
    change = collect(actor=cast.admin.actor, now=now, **what)  # type: ignore[arg-type]
    propose(actor=cast.admin.actor, change_set=change.change_set, reason="Agreed", now=now)
    put_into_force(actor=cast.itsec.actor, change_set=change.change_set, now=now)


def test_the_whole_chain_of_a_yes_names_who_can_change_each_link(cast: Cast) -> None:
    told = explain(cast.pc.user, PUBLISH_POST, cast.x)

    assert told.allowed
    said = rules(told, holding=True)
    for link in (
        "The account pc.4512 is active",
        "No second factor is asked for",
        "pc.4512 is Neighbourhood officer on Coventry",
        "Neighbourhood officer includes “Publish posts”",
        "pc.4512 does not administer",
        "@Coventry_demo is connected",
        "The force is not locked down",
    ):
        assert link in said
    by = {reason.rule: reason.changed_by for reason in told.reasons}
    assert by["pc.4512 is Neighbourhood officer on Coventry"] == ("admin.comms01", "itsec.01")
    assert by["@Coventry_demo is connected"] == ("admin.comms01",)
    assert "gold" not in told.others
    assert told.others == ("press.03",)


def test_each_missing_link_says_no_in_its_own_words(cast: Cast) -> None:
    assert "has no role on @Dudley_demo" in rules(
        explain(cast.pc.user, PUBLISH_POST, cast.x_dudley), holding=False
    )
    assert "does not include" in rules(explain(cast.desk.user, PUBLISH_POST, cast.x), holding=False)
    Role.objects.filter(slug=Role.AUDITOR).update(second_factor="any")
    assert "has not enrolled" in rules(explain(cast.auditor.user, VIEW_CHANNEL, cast.x), holding=False)

    change_channel_state(
        actor=cast.system,
        channel=cast.x,
        state=Channel.State.SUSPENDED,
        reason="Under attack",
        now=clock.now(),
    )
    told = explain(cast.pc.user, PUBLISH_POST, Channel.objects.get(pk=cast.x.pk))
    assert told.answer == Answer.ALLOWED
    assert not told.allowed
    assert told.obstacle is not None
    assert (told.obstacle.rule, told.obstacle.source) == ("@Coventry_demo is suspended", "Under attack")

    cast.pc.user.is_active = False
    cast.pc.user.save()
    assert "switched off" in rules(explain(cast.pc.user, PUBLISH_POST, cast.facebook), holding=False)


def test_an_override_names_the_unit_and_the_default_beside_it(cast: Cast) -> None:
    decide(
        cast,
        clock.now(),
        kind="answer.set",
        role=Role.objects.get(slug=Role.CONTRIBUTOR),
        permission=PUBLISH_POST.name,
        unit=cast.foleshill,
        answer="approval",
    )
    told = explain(cast.pc.user, PUBLISH_POST, cast.x)
    assert told.answer == Answer.APPROVAL
    assert any(
        reason.source == "Foleshill says so itself; the default of the force is: Allowed"
        for reason in told.reasons
    )
    assert "It needs a second person: press.03" in rules(told, holding=False)
    assert explain(cast.pc.user, PUBLISH_POST, cast.facebook).answer == Answer.ALLOWED


def test_the_past_is_told_with_the_tiers_and_grants_of_then(cast: Cast) -> None:
    Grant.objects.update(starts_at=SUMMER - timedelta(days=30))
    have_worked_since(cast, SUMMER - timedelta(days=40))
    contributor = Role.objects.get(slug=Role.CONTRIBUTOR)
    monday, tuesday = SUMMER + timedelta(days=1), SUMMER + timedelta(days=2)
    decide(cast, monday, kind="answer.set", role=contributor, permission=PUBLISH_POST.name, answer="no")
    decide(
        cast,
        tuesday,
        kind="answer.set",
        role=contributor,
        permission=PUBLISH_POST.name,
        unit=cast.foleshill,
        answer="allowed",
    )
    Grant.objects.filter(user=cast.pc.user).update(ends_at=tuesday + timedelta(days=1))

    hour = timedelta(hours=1)
    answers = [
        explain(cast.pc.user, PUBLISH_POST, cast.x, at=at).answer
        for at in (
            SUMMER - timedelta(days=31),
            SUMMER,
            monday + hour,
            tuesday + hour,
            tuesday + timedelta(days=1),
        )
    ]
    assert answers == ["no", "allowed", "no", "allowed", "no"]
    over = explain(cast.pc.user, PUBLISH_POST, cast.x, at=tuesday + timedelta(days=1))
    assert "pc.4512 was Neighbourhood officer on Coventry until" in rules(over, holding=False)
    early = explain(cast.pc.user, PUBLISH_POST, cast.x, at=SUMMER - timedelta(days=31))
    assert "only from" in rules(early, holding=False)


def test_what_is_not_known_of_the_past_is_said_to_be_so(cast: Cast) -> None:
    before = clock.now() - timedelta(minutes=5)
    Grant.objects.update(starts_at=before - timedelta(days=1))
    assert "Not known" not in rules(explain(cast.pc.user, PUBLISH_POST, cast.x, at=before), holding=True)

    move_unit(actor=cast.system, unit=cast.foleshill, parent=cast.dudley, now=clock.now())

    told = explain(cast.pc.user, PUBLISH_POST, cast.x, at=before)
    assert "Not known: where Foleshill stood then" in rules(told, holding=True)
    assert AuditEntry.objects.filter(action="unit.moved").exists()


def test_a_suspension_and_a_lock_down_of_then_count_then_only(cast: Cast) -> None:
    before = clock.now() - timedelta(minutes=5)
    Grant.objects.update(starts_at=before - timedelta(days=1))
    have_worked_since(cast, before - timedelta(days=1))
    change_channel_state(
        actor=cast.system, channel=cast.x, state=Channel.State.SUSPENDED, reason="Attack", now=clock.now()
    )
    now_suspended = Channel.objects.get(pk=cast.x.pk)
    assert explain(cast.pc.user, PUBLISH_POST, now_suspended, at=before).allowed
    assert not explain(cast.pc.user, PUBLISH_POST, now_suspended).allowed

    Lockdown.objects.create(locked_by="gold.oncall", reason="Hijack", locked_at=before - timedelta(minutes=1))
    told = explain(cast.pc.user, PUBLISH_POST, cast.facebook, at=before)
    assert "locked down" in rules(told, holding=False)
    earlier = explain(cast.pc.user, PUBLISH_POST, cast.facebook, at=before - timedelta(minutes=2))
    assert "The force is not locked down" in rules(earlier, holding=True)


def test_who_could_post_here_on_a_summer_evening(cast: Cast) -> None:
    Grant.objects.update(starts_at=SUMMER - timedelta(days=30))
    have_worked_since(cast, SUMMER - timedelta(days=40))
    rota = add_rota(
        actor=cast.admin.actor,
        name="Response",
        cycle_days=10,
        first_day=date(2026, 8, 7),
        windows=two_two_two_four(),
        teams=[("A", 0), ("B", 2)],
        now=clock.now(),
    )
    Grant.objects.filter(user=cast.pc.user).update(team=rota.teams.get(name="A"))
    late = who_could(PUBLISH_POST, cast.x, SUMMER)
    assert [(one.username, one.can, one.shift.name if one.shift else "") for one in late] == [
        ("pc.4512", True, "Late"),
        ("press.03", True, ""),
    ]
    morning = who_could(PUBLISH_POST, cast.x, SUMMER.replace(hour=8))
    assert [(one.username, one.can, one.on_shift) for one in morning] == [
        ("press.03", True, True),
        ("pc.4512", False, False),
    ]
    told = explain(cast.pc.user, PUBLISH_POST, cast.x, at=SUMMER.replace(hour=8))
    assert "A is off shift; the next is Late from 9 August 2026 15:00" in rules(told, holding=False)


def test_what_if_changes_nothing(cast: Cast) -> None:
    editor = Role.objects.get(slug=Role.AREA_EDITOR)
    give = wanted("grant.give", user=cast.pc.user, role=editor, unit=cast.dudley)
    book = AuditEntry.objects.count()

    then = explain_if(
        [give], cast.pc.user, PUBLISH_POST, cast.x_dudley, actor=cast.auditor.actor, now=clock.now()
    )

    assert then.answer == Answer.ALLOWED
    assert explain(cast.pc.user, PUBLISH_POST, cast.x_dudley).answer == Answer.NO
    assert (Grant.objects.filter(user=cast.pc.user).count(), AuditEntry.objects.count()) == (1, book)
    clash = wanted("grant.give", user=cast.itsec.user, role=editor, unit=cast.dudley)
    with pytest.raises(Conflict, match="Nobody does both"):
        explain_if([clash], cast.itsec.user, PUBLISH_POST, cast.x, actor=cast.auditor.actor, now=clock.now())
    with pytest.raises(NotAllowed):
        explain_if([give], cast.pc.user, PUBLISH_POST, cast.x, actor=cast.pc.actor, now=clock.now())


def test_what_can_i_do(cast: Cast) -> None:
    decide(
        cast,
        clock.now(),
        kind="answer.set",
        role=Role.objects.get(slug=Role.CONTRIBUTOR),
        permission=PUBLISH_POST.name,
        unit=cast.foleshill,
        answer="approval",
    )
    (held,) = rights_of(cast.pc.user)
    publish = next(right for right in held.rights if right.permission == PUBLISH_POST)
    assert (str(held.grant.place), publish.answer) == ("Coventry", Answer.ALLOWED)
    assert publish.elsewhere == (("Foleshill", Answer.APPROVAL),)
    answers = answers_at(cast.pc.user, [PUBLISH_POST], [cast.x, cast.facebook, cast.x_dudley])
    assert list(answers.values()) == [Answer.APPROVAL, Answer.ALLOWED, Answer.NO]


def test_a_grant_on_one_account_opens_that_account_alone(cast: Cast) -> None:
    decide(
        cast,
        clock.now(),
        kind="grant.give",
        user=cast.pc.user,
        role=Role.objects.get(slug=Role.AREA_EDITOR),
        channel=cast.x_dudley,
    )
    assert explain(cast.pc.user, PUBLISH_POST, cast.x_dudley).answer == Answer.ALLOWED
    assert explain(cast.pc.user, PUBLISH_POST, cast.dudley).answer == Answer.NO
