"""One act silences a force; two people give it its voice back; nothing goes out blindly in between or after."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.urls import reverse

from accounts.actions.leases import take_lease
from accounts.actions.lockdown import lock_outbound, take_back_unlock, unlock_outbound
from accounts.lockdown_queries import ForceLocked, open_lockdown
from accounts.models import AuditEntry, Force, Lockdown, SignedInSession
from accounts.vault import drawer
from hqdash.base import clock, live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable
from hqdash.base.tenancy import across_forces, acting_for
from publishing.actions.held import cancel_held, held_for, release_held
from publishing.actions.publish import publish_post
from publishing.actions.resolve import retry_failed
from publishing.delivery.claim import claim
from publishing.delivery.steps import start
from publishing.delivery.sweep import sweep_outbox
from publishing.models import Delivery, Post, State
from publishing.receipts import receipts_of
from tests.cast import Cast, Person
from tests.signing_in import signed_in
from tests.vault import answering_vault

LOCK, UNLOCK, API = "/lockdown/", "/lockdown/unlock/", "/api/v1/lockdown/"
WORDS = {"words": "Stop all posts", "reason": "A phone was stolen"}


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    cache.clear()


def post(cast: Cast, person: Person, text: str = "Road closed", **more: object) -> Post:
    words = {"channel_ids": [cast.x.pk], "form_key": uuid4(), "now": clock.now(), **more}
    return publish_post(actor=person.actor, text=text, **words)  # type: ignore[arg-type]


def lock(cast: Cast) -> Lockdown:
    return lock_outbound(actor=cast.press.actor, reason="A phone was stolen", now=clock.now())


def unlock(cast: Cast) -> Lockdown:
    unlock_outbound(actor=cast.admin.actor, now=clock.now())
    return unlock_outbound(actor=cast.itsec.actor, now=clock.now())


def test_one_act_stops_everything_and_signs_everybody_else_out(cast: Cast) -> None:
    waiting = post(cast, cast.pc).deliveries.get()
    in_hand = claim(post(cast, cast.press, channel_ids=[cast.x_dudley.pk]).deliveries.get().pk)
    assert in_hand is not None
    officer, own, theirs = signed_in(cast.pc), signed_in(cast.press), signed_in(cast.stranger)

    assert own.post(LOCK, WORDS).status_code == 302

    assert claim(waiting.pk) is None
    assert start(in_hand, frozenset()) is None
    with pytest.raises(ForceLocked, match=r"press\.03 locked the force down at .* \(A phone was stolen\)"):
        post(cast, cast.press)
    assert [client.get("/").status_code for client in (officer, own, theirs)] == [302, 200, 200]
    assert SignedInSession.objects.count() == 1
    entry = AuditEntry.objects.get(action="force.locked")
    assert (entry.username, entry.reason, entry.details["sessions"]) == ("press.03", "A phone was stolen", 1)
    with across_forces(reason="a test looks at the neighbours"):
        assert Force.objects.get(pk=cast.other_force.pk).locked_at is None


def test_the_vault_opens_for_nobody_and_says_why(committed_cast: Cast) -> None:
    cast = committed_cast
    with answering_vault():
        drawer.put(cast.system, cast.x, {"access_token": "secret"})
        for purpose in ("publish", "moderate", "read"):
            lease = take_lease(
                channel_id=cast.x.pk, purpose=purpose, subject_id=uuid4(), lasts=timedelta(seconds=30)
            )
            cast.force.locked_at = None
            cast.force.save()
            with drawer.open(cast.x, lease=lease, purpose=purpose):
                pass
            Force.objects.filter(pk=cast.force.pk).update(locked_at=clock.now())
            with (
                pytest.raises(drawer.VaultRefused, match="locked"),
                drawer.open(cast.x, lease=lease, purpose=purpose),
            ):
                pass


def test_everybody_reads_above_every_page_who_locked_and_why(cast: Cast) -> None:
    lock(cast)
    for person, address in ((cast.pc, "/publishing/posts/"), (cast.auditor, "/audit/")):
        page = signed_in(person).get(address).content.decode()
        assert "Locked down by press.03 at" in page
        assert "A phone was stolen" in page
    assert "Locked down" not in signed_in(cast.stranger).get("/publishing/posts/").content.decode()


def test_the_form_to_publish_keeps_what_was_typed_while_locked(cast: Cast) -> None:
    lock(cast)
    body = {
        "step": "send",
        "text": "Gas leak in Foleshill",
        "channels": str(cast.x.pk),
        "form_key": str(uuid4()),
    }
    answer = signed_in(cast.pc).post("/publishing/compose/", body)
    assert answer.status_code == 409
    assert "Gas leak in Foleshill" in answer.content.decode()
    assert not Post.objects.exists()


def test_locking_takes_the_right_a_reason_and_three_words(cast: Cast) -> None:
    client = signed_in(cast.press)
    for body, sentence in (
        ({**WORDS, "words": "stop"}, "Type the three words"),
        ({**WORDS, "reason": "  "}, "Say in a few words why"),
    ):
        answer = client.post(LOCK, body)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert body["reason"].strip() in answer.content.decode()
    for person in (cast.pc, cast.desk, cast.auditor):
        assert "it needs the right" in signed_in(person).get(LOCK).content.decode()
        assert signed_in(person).post(LOCK, WORDS).status_code == 403
    assert open_lockdown(cast.press.actor) is None


def test_a_second_lock_changes_nothing(cast: Cast) -> None:
    first = lock(cast)
    assert lock_outbound(actor=cast.admin.actor, reason="Me too", now=clock.now()) == first
    assert AuditEntry.objects.filter(action="force.locked").count() == 1


def test_unlocking_takes_two_different_people_with_a_fresh_second_factor(cast: Cast) -> None:
    lock(cast)
    for stale in (signed_in(cast.admin), signed_in(cast.admin, proved="mfa", ago=3600)):
        assert stale.post(UNLOCK).status_code == 302
    assert not AuditEntry.objects.filter(action__startswith="force.unlock").exists()

    first = signed_in(cast.admin, proved="mfa")
    assert first.post(UNLOCK).status_code == 302
    assert "admin.comms01" in first.get(LOCK).content.decode()
    again = first.post(UNLOCK)
    assert again.status_code == 409
    assert "second person" in again.content.decode()
    assert signed_in(cast.press, proved="mfa").post(UNLOCK).status_code == 403
    assert Force.objects.get(pk=cast.force.pk).locked_at is not None

    assert signed_in(cast.itsec, proved="mfa").post(UNLOCK).status_code == 302
    assert Force.objects.get(pk=cast.force.pk).locked_at is None
    names = AuditEntry.objects.filter(action__startswith="force.unlock").order_by("id")
    assert [(row.action, row.username) for row in names] == [
        ("force.unlock_asked", "admin.comms01"),
        ("force.unlocked", "itsec.01"),
    ]
    assert names[1].details["first"] == "admin.comms01"
    assert signed_in(cast.itsec, proved="mfa").post(UNLOCK).status_code == 409


def test_who_locked_may_be_one_of_the_two(cast: Cast) -> None:
    lock_outbound(actor=cast.admin.actor, reason="Strange posts", now=clock.now())
    assert unlock(cast).ended_at is not None


def test_the_first_word_holds_for_15_minutes_and_can_be_taken_back(cast: Cast) -> None:
    lock(cast)
    now = clock.now()
    unlock_outbound(actor=cast.admin.actor, now=now)
    late = unlock_outbound(actor=cast.itsec.actor, now=now + timedelta(minutes=16))
    assert (late.ended_at, late.first_unlock_by_id) == (None, cast.itsec.user.pk)

    with pytest.raises(Conflict, match="no word of yours"):
        take_back_unlock(actor=cast.admin.actor, now=now + timedelta(minutes=17))
    take_back_unlock(actor=cast.itsec.actor, now=now + timedelta(minutes=17))
    again = unlock_outbound(actor=cast.admin.actor, now=now + timedelta(minutes=18))
    assert (again.ended_at, again.first_unlock_by_id) == (None, cast.admin.user.pk)


def test_no_program_unlocks(cast: Cast) -> None:
    lock(cast)
    user = cast.itsec.user
    scoped = Actor(cast.force.pk, user.pk, user.username, scopes=frozenset({"accounts.unlock_force"}))
    for actor in (scoped, cast.system):
        with pytest.raises(NotAllowed):
            unlock_outbound(actor=actor, now=clock.now())


def test_after_unlocking_nothing_goes_out_until_a_person_has_looked_at_it(cast: Cast) -> None:
    rows = [post(cast, cast.press, f"Post {number}").deliveries.get() for number in range(3)]
    soon = post(cast, cast.press, "For later", send_at=clock.now() + timedelta(hours=5)).deliveries.get()
    late = rows.pop()
    lock(cast)
    Delivery.objects.filter(pk=late.pk).update(not_after=clock.now() - timedelta(seconds=1))
    with pytest.raises(ForceLocked):
        release_held(actor=cast.press.actor, delivery_ids=[rows[0].pk], now=clock.now())
    unlock(cast)

    assert [claim(row.pk) for row in rows] == [None, None]
    assert held_for(cast.press.actor).count() == 4
    receipt = receipts_of(cast.press.actor, rows[0].post).lines[0]
    assert (receipt.label, receipt.icon) == ("Held back by a lock-down", "lock")
    sweep_outbox()
    late.refresh_from_db()
    assert State(late.state) is State.EXPIRED
    with pytest.raises(NotAllowed):
        release_held(actor=cast.auditor.actor, delivery_ids=[rows[0].pk], now=clock.now())
    with pytest.raises(Unprocessable):
        release_held(actor=cast.press.actor, delivery_ids=[], now=clock.now())

    assert release_held(actor=cast.press.actor, delivery_ids=[rows[0].pk, soon.pk], now=clock.now()) == 2
    assert cancel_held(actor=cast.press.actor, delivery_ids=[rows[1].pk], now=clock.now()) == 1
    with pytest.raises(Conflict, match="not held any more"):
        release_held(actor=cast.press.actor, delivery_ids=[rows[0].pk], now=clock.now())
    assert claim(rows[0].pk) is not None
    assert claim(soon.pk) is None
    assert AuditEntry.objects.filter(action="delivery.released").count() == 2


def test_the_page_of_what_is_held_releases_and_cancels_what_is_ticked(cast: Cast) -> None:
    rows = [post(cast, cast.press, f"Post {number}").deliveries.get() for number in range(2)]
    own_only = post(cast, cast.press, "Dudley", channel_ids=[cast.x_dudley.pk]).deliveries.get()
    lock(cast)
    unlock(cast)

    officer = signed_in(cast.pc)
    page = officer.get(reverse("publishing:held")).content.decode()
    assert "Post 0" in page
    assert "Dudley" not in page
    foreign = officer.post(reverse("publishing:held"), {"act": "release", "deliveries": [own_only.pk]})
    assert foreign.status_code == 403
    assert (
        officer.post(reverse("publishing:held"), {"act": "release", "deliveries": ["x"]}).status_code == 422
    )
    assert officer.post(reverse("publishing:held"), {"deliveries": [rows[0].pk]}).status_code == 422
    assert (
        officer.post(reverse("publishing:held"), {"act": "release", "deliveries": [rows[0].pk]}).status_code
        == 302
    )
    assert (
        officer.post(reverse("publishing:held"), {"act": "cancel", "deliveries": [rows[1].pk]}).status_code
        == 302
    )
    assert [Delivery.objects.get(pk=row.pk).state for row in rows] == ["scheduled", "cancelled"]
    assert signed_in(cast.auditor).get(reverse("publishing:held")).status_code == 403


def test_a_failed_delivery_is_not_tried_again_while_locked(cast: Cast) -> None:
    mine = post(cast, cast.press)
    Delivery.objects.filter(post=mine).update(state=State.EXPIRED)
    lock(cast)
    with pytest.raises(ForceLocked):
        retry_failed(actor=cast.press.actor, post=mine, now=clock.now())


def run(**options: str) -> str:
    out = StringIO()
    call_command("lock_outbound", stdout=out, **options)
    return out.getvalue()


def test_the_command_locks_without_the_web_and_without_redis(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = post(cast, cast.pc).deliveries.get()
    signed_in(cast.pc)
    live._bell.cache_clear()
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        said = run(force="westmere", reason="The site is down", by="ITSEC.01")
    live._bell.cache_clear()

    assert "Westmere Police is locked since" in said
    assert "1 sessions" in said
    assert claim(waiting.pk) is None
    entry = AuditEntry.objects.get(action="force.locked")
    assert (entry.username, entry.kind) == ("itsec.01", "clock")
    assert "locked already" in run(force="westmere", reason="Again")


def test_the_command_says_what_it_needs(cast: Cast) -> None:
    with pytest.raises(CommandError, match="There are: fenland, westmere"):
        run(force="westmare", reason="x")
    with pytest.raises(CommandError, match="does not sign in to"):
        run(force="westmere", reason="x", by="fen.press01")
    with pytest.raises(CommandError, match="why"):
        run(force="westmere", reason=" ")
    assert run(force="westmere", reason="x")
    assert AuditEntry.objects.get(action="force.locked").username == "system"


def test_the_json_door_tells_locks_and_unlocks(cast: Cast) -> None:
    press = signed_in(cast.press)
    assert press.get(API).json() == {"locked": False, "lockdown": None}
    json = {"content_type": "application/json"}
    assert signed_in(cast.pc).post(API, {"reason": "x"}, **json).status_code == 403
    made = press.post(API, {"reason": "Strange posts"}, **json)
    assert (made.status_code, made.json()["locked_by"]) == (201, "press.03")
    assert press.get(API).json()["locked"] is True

    refused = signed_in(cast.admin).post(f"{API}unlock/", **json)
    assert refused.json()["type"].endswith("#problem-prove-yourself")
    first = signed_in(cast.admin, proved="mfa").post(f"{API}unlock/", **json)
    assert (first.json()["first_unlock_by"], first.json()["ended_at"]) == ("admin.comms01", None)
    assert signed_in(cast.admin, proved="mfa").delete(f"{API}unlock/").json()["first_unlock_by"] is None
    for person in (cast.admin, cast.itsec):
        last = signed_in(person, proved="mfa").post(f"{API}unlock/", **json)
    assert last.json()["ended_at"] is not None
    past = press.get(f"{API}past/").json()["items"]
    assert [each["second_unlock_by"] for each in past] == ["itsec.01"]
    with acting_for(cast.other_force.pk):
        assert signed_in(cast.stranger).get(f"{API}past/").json()["items"] == []
