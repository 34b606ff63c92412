"""From the decision to the network and back: hidden once, refused aloud, repeated when nobody knows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import AuditEntry, Force
from hqdash.base import clock
from hqdash.base.events import announce
from hqdash.celery import app
from moderation.actions.claiming import claim_act, recover_lost_acts
from moderation.actions.deciding import decide_case, undo_case
from moderation.actions.starting import install_starter_dictionaries
from moderation.models import Attempt, Case, Evidence, NetworkAct
from moderation.rules import MOST_UNKNOWN_TRIES, Outcome
from moderation.tasks import sweep
from monitoring.events import MentionStored
from tests.cast import Cast
from tests.moderation.conftest import ABUSIVE
from tests.moderation.practice import LONG_AGO, Connected
from tests.networks.conftest import sandbox_address  # noqa: F401  # the fixture
from tests.vault import answering_vault

Connect = Callable[[str], Connected]


@pytest.fixture
def connect(
    committed_cast: Cast,
    sandbox_address: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Connect]:
    """``connect("facebook")``: a channel there, its dictionaries in force, the vault answering."""
    monkeypatch.setenv("HQDASH_X_BASE_URL", f"{sandbox_address}/x")
    monkeypatch.setenv("HQDASH_FACEBOOK_BASE_URL", f"{sandbox_address}/graph")
    monkeypatch.setenv("HQDASH_ALLOWED_HOSTS", sandbox_address.removeprefix("http://"))
    install_starter_dictionaries(actor=committed_cast.system, now=clock.now())
    made: list[Connected] = []

    def connected(slug: str) -> Connected:
        made.append(Connected.on(committed_cast, sandbox_address, slug))
        return made[-1]

    with answering_vault():
        yield connected
    for one in made:
        one.practice.no_faults()


@pytest.mark.parametrize("slug", ["x", "facebook", "wordpress"])
def test_abuse_disappears_at_the_network_and_undo_brings_it_back(connect: Connect, slug: str) -> None:
    desk = connect(slug)
    mention = desk.public_says(ABUSIVE)
    assert not desk.is_hidden(mention)

    case = desk.screen(mention)
    assert desk.work() == [Outcome.DONE]

    assert desk.is_hidden(mention)
    mention.refresh_from_db()
    assert mention.visibility == "hidden"
    entry = AuditEntry.objects.get(action="comment.hidden")
    assert (entry.username, entry.details["decided_by"]) == ("system", "system")

    undo_case(actor=desk.cast.desk.actor, case=case, note="A quote.", now=clock.now())
    assert desk.work() == [Outcome.DONE]

    assert not desk.is_hidden(mention)
    mention.refresh_from_db()
    assert mention.visibility == "visible"
    case.refresh_from_db()
    assert case.state == Case.State.UNDONE
    assert AuditEntry.objects.get(action="comment.decision_undone").username == "desk.a3"


def test_the_sweep_does_what_no_bell_was_heard_for(connect: Connect) -> None:
    desk = connect("facebook")
    mention = desk.public_says(ABUSIVE)

    sweep()

    assert desk.is_hidden(mention)
    sweep()
    assert NetworkAct.objects.count() == Attempt.objects.count() == Evidence.objects.count() == 1


def test_what_came_in_rings_for_screening_and_the_decision_for_the_act(connect: Connect) -> None:
    desk = connect("facebook")
    mention = desk.public_says(ABUSIVE)
    # The worker in this very process: the bells are heard at once.
    app.conf.task_always_eager = True
    try:
        announce(MentionStored(desk.cast.force.pk, (mention.pk,)))
    finally:
        app.conf.task_always_eager = False

    assert desk.is_hidden(mention)
    assert {entry.username for entry in AuditEntry.objects.filter(action__startswith="comment.")} == {
        "system"
    }


def test_a_person_deletes_where_the_network_can(connect: Connect) -> None:
    desk = connect("facebook")
    mention = desk.public_says("Load of bollocks")
    case = desk.screen(mention)

    decide_case(actor=desk.cast.press.actor, case=case, what="remove", reason="abuse", now=clock.now())
    assert desk.work() == [Outcome.DONE]

    assert desk.practice.comment(mention.external_id)["removed"]
    assert Evidence.objects.get(mention=mention).text == "Load of bollocks"


def test_a_refused_hide_keeps_the_case_open_and_says_why(connect: Connect) -> None:
    desk = connect("facebook")
    mention = desk.public_says(ABUSIVE)
    desk.practice.fault("hide_refused", "hide", times=1)

    case = desk.screen(mention)
    assert desk.work() == [Outcome.REFUSED]

    case.refresh_from_db()
    assert case.state == Case.State.OPEN
    assert case.problem
    assert not desk.is_hidden(mention)
    assert Evidence.objects.get(mention=mention).is_intact
    assert AuditEntry.objects.get(action="comment.act_refused").reason == case.problem

    decide_case(actor=desk.cast.desk.actor, case=case, what="hide", reason="abuse", now=clock.now())
    assert desk.work() == [Outcome.DONE]
    case.refresh_from_db()
    assert (case.state, case.problem) == (Case.State.DECIDED, "")
    assert desk.is_hidden(mention)


def test_a_comment_that_its_author_deleted_meanwhile_is_settled(connect: Connect) -> None:
    desk = connect("facebook")
    mention = desk.public_says(ABUSIVE)
    case = desk.screen(mention)
    desk.practice.connect().remove(mention.external_id)

    assert desk.work() == [Outcome.GONE]

    mention.refresh_from_db()
    case.refresh_from_db()
    assert (mention.visibility, case.state) == ("removed", Case.State.DECIDED)
    assert AuditEntry.objects.get(action="comment.removed").reason


def test_a_network_that_asks_to_wait_is_asked_again_later(connect: Connect) -> None:
    desk = connect("facebook")
    mention = desk.public_says(ABUSIVE)
    desk.practice.fault("rate_limited", "hide", times=1, value=30)

    case = desk.screen(mention)
    assert desk.work() == [Outcome.LATER]
    case.refresh_from_db()
    assert case.state == Case.State.OPEN
    assert "wait" in case.problem
    assert desk.work() == []

    desk.hurry()
    assert desk.work() == [Outcome.DONE]
    case.refresh_from_db()
    assert (case.state, case.problem) == (Case.State.DECIDED, "")
    assert desk.is_hidden(mention)


def test_an_expired_sign_in_is_named(connect: Connect) -> None:
    desk = connect("x")
    mention = desk.public_says(ABUSIVE)
    desk.practice.fault("token_expired", "hide", times=1)

    case = desk.screen(mention)
    assert desk.work() == [Outcome.REFUSED]

    case.refresh_from_db()
    assert "Connect it again" in case.problem


def test_an_unclear_answer_is_settled_by_doing_it_again(connect: Connect) -> None:
    desk = connect("facebook")
    mention = desk.public_says(ABUSIVE)
    desk.practice.fault("lost_answer", "hide", times=1)

    desk.screen(mention)
    assert desk.work() == [Outcome.UNKNOWN]
    desk.hurry()
    assert desk.work() == [Outcome.DONE]

    assert desk.is_hidden(mention)
    assert list(Attempt.objects.order_by("number").values_list("outcome", flat=True)) == ["unknown", "done"]
    assert Evidence.objects.count() == 1


def test_what_stays_unclear_goes_to_a_person(connect: Connect) -> None:
    desk = connect("facebook")
    mention = desk.public_says(ABUSIVE)
    desk.practice.fault("server_error", "hide", times=None)

    case = desk.screen(mention)
    outcomes: list[Outcome | None] = []
    for _ in range(MOST_UNKNOWN_TRIES + 1):
        desk.hurry()
        outcomes += desk.work()

    assert outcomes == [Outcome.UNKNOWN] * MOST_UNKNOWN_TRIES
    assert NetworkAct.objects.get().state == NetworkAct.State.REFUSED
    case.refresh_from_db()
    assert case.state == Case.State.OPEN
    assert not desk.is_hidden(mention)


def test_one_act_belongs_to_one_worker_and_acts_keep_their_order(connect: Connect) -> None:
    desk = connect("facebook")
    mention = desk.public_says(ABUSIVE)
    case = desk.screen(mention)
    hide = NetworkAct.objects.get()
    assert claim_act(hide.pk) is not None
    assert claim_act(hide.pk) is None

    undo_case(actor=desk.cast.desk.actor, case=case, now=clock.now())
    unhide = NetworkAct.objects.get(place=2)
    assert claim_act(unhide.pk) is None

    NetworkAct.objects.filter(pk=hide.pk).update(leased_until=LONG_AGO)
    assert desk.work() == [Outcome.DONE, Outcome.DONE]
    assert not desk.is_hidden(mention)


def test_a_worker_killed_in_the_middle_of_a_hide_loses_nothing(connect: Connect) -> None:
    desk = connect("facebook")
    mention = desk.public_says(ABUSIVE)
    desk.screen(mention)
    act = NetworkAct.objects.get()
    desk.practice.fault("hang", "hide", times=1, value=60)

    worker = start(act)
    assert worker.stdout is not None
    while not Attempt.objects.exists():
        assert worker.poll() is None
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    act.refresh_from_db()
    assert act.state == NetworkAct.State.ACTING
    # While the dead worker's lease runs, nobody else touches the act.
    assert recover_lost_acts() == []
    assert desk.work() == []

    desk.practice.no_faults()
    NetworkAct.objects.update(leased_until=LONG_AGO)
    assert recover_lost_acts() == [act.pk]
    desk.hurry()
    assert desk.work() == [Outcome.DONE]

    assert desk.is_hidden(mention)
    assert list(Attempt.objects.order_by("number").values_list("outcome", flat=True)) == ["unknown", "done"]
    assert Evidence.objects.count() == 1


def start(act: NetworkAct) -> subprocess.Popen[str]:
    url = urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}"))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.moderation.hiding_process", str(act.force_id), str(act.pk)],
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "DATABASE_URL": url,
            "HQDASH_ROLE": "owner",
            "HQDASH_OPENER_SOCKET": settings.OPENER_SOCKET,
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def test_while_the_force_is_locked_nothing_is_done_at_the_network_and_afterwards_it_goes_on(
    connect: Connect,
) -> None:
    desk = connect("facebook")
    mention = desk.public_says(ABUSIVE)
    desk.screen(mention)
    hide = NetworkAct.objects.get()
    Force.objects.filter(pk=desk.cast.force.pk).update(locked_at=clock.now())

    assert claim_act(hide.pk) is None
    assert desk.work() == []
    assert not desk.is_hidden(mention)

    Force.objects.filter(pk=desk.cast.force.pk).update(locked_at=None)
    assert desk.work() == [Outcome.DONE]
    assert desk.is_hidden(mention)
