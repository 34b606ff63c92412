"""What the wall shows of moderation: counts for those who may look, never the words."""

from __future__ import annotations

from datetime import timedelta

from hqdash.base import clock
from hqdash.base.cards import Window
from moderation import cards
from moderation.actions.deciding import decide_case
from moderation.models import Case
from moderation.our_posts import OurPost, our_post, tell_with
from tests.cast import Cast
from tests.moderation.conftest import ABUSIVE, say, screened


def window() -> Window:
    now = clock.now()
    return Window(
        start=now - timedelta(hours=6), end=now + timedelta(minutes=1), step_seconds=3600, unit_ids=None
    )


def test_the_wall_counts_what_waits_and_what_was_done(desk: Cast) -> None:
    threat, abuse = say(desk.x_dudley, "I will kill you all"), say(desk.facebook, ABUSIVE)
    screened(desk, threat, abuse)
    case = Case.objects.get(mention=threat)

    (figure,) = cards.figures(desk.desk.actor, window())
    assert figure.value == "1"
    assert [need.weight for need in cards.needs(desk.desk.actor, window())] == [100]
    (waiting,) = cards.columns(desk.desk.actor, window(), "unit")
    assert waiting.by_key == {str(desk.dudley.pk): 1.0}

    decide_case(actor=desk.desk.actor, case=case, what="escalate", now=clock.now())
    assert sum(cards.series(desk.desk.actor, window())[0].values) == 2
    (by_person,) = cards.columns(desk.desk.actor, window(), "user")
    assert by_person.by_key == {"desk.a3": 1.0}
    told = " ".join(f"{one.title} {one.detail}" for one in cards.happenings(desk.desk.actor, window(), 9))
    assert "kill" not in told
    assert "fuck" not in told


def test_the_wall_shows_nothing_to_those_who_may_not_look(desk: Cast) -> None:
    screened(desk, say(desk.facebook, ABUSIVE))

    (figure,) = cards.figures(desk.pc.actor, window())
    assert figure.value == "0"
    assert cards.happenings(desk.pc.actor, window(), 9) == []
    assert cards.happenings(desk.stranger.actor, window(), 9) == []


def test_a_desk_above_may_tell_what_a_post_of_ours_was(desk: Cast) -> None:
    told = OurPost("Road closed.", None)
    tell_with(lambda channel_id, external_id: told if external_id == "known-post" else None)

    assert our_post(desk.facebook.pk, "known-post") is told
    assert our_post(desk.facebook.pk, "other") is None
    assert our_post(desk.facebook.pk, "") is None
