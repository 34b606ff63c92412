"""The desk's pages: what they show, whom they let in, and that they work without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from hqdash.base import clock, live
from hqdash.base.tenancy import acting_for
from moderation.actions.deciding import claim_case
from moderation.actions.dictionaries import start_draft
from moderation.models import Case, Dictionary, Entry, NetworkAct
from tests.cast import Cast, Person
from tests.moderation.conftest import ABUSIVE, say, screened
from tests.signing_in import signed_in as just_signed_in

QUEUE = "/moderation/"
MILD = "Load of bollocks, fix the road"
THREAT = "Gonna burn your station down with all of you inside"


def signed_in(person: Person) -> Client:
    """A browser in which this person has signed in."""
    client = Client(SERVER_NAME="localhost")
    with acting_for(person.user.force_id):
        client.force_login(person.user, backend="accounts.sign_in.backend.UsernameBackend")
    return client


@pytest.fixture(autouse=True, scope="module")
def _somewhere_for_static_files() -> None:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def waiting(desk: Cast) -> Case:
    """Two cases: a threat and mild abuse; the mild one is returned."""
    mild, threat = say(desk.facebook, MILD), say(desk.x, THREAT)
    screened(desk, mild)
    screened(desk, threat)
    return Case.objects.get(mention=mild)


def test_the_gravest_comes_first_and_mild_words_are_masked(desk: Cast, waiting: Case) -> None:
    page = signed_in(desk.desk).get(QUEUE).content.decode()

    assert page.index("burn your station") < page.index("fix the road")
    assert "bollocks" not in page
    assert "[masked]" in page
    assert "2 open" in page
    assert 'data-key="h"' in page


def test_a_look_at_masked_words_is_shown_once_and_written_down(desk: Cast, waiting: Case) -> None:
    client = signed_in(desk.desk)
    page = client.post(reverse("moderation:reveal", args=[waiting.pk])).content.decode()

    assert "bollocks" in page
    assert AuditEntry.objects.get(action="comment.revealed").username == "desk.a3"
    assert "bollocks" not in client.get(f"{QUEUE}?case={waiting.pk}").content.decode()


def test_a_decision_without_a_reason_comes_back_with_what_was_typed(desk: Cast, waiting: Case) -> None:
    client, url = signed_in(desk.desk), reverse("moderation:decide", args=[waiting.pk])

    refused = client.post(url, {"d": "hide", "note": "Third time"})
    assert refused.status_code == 422
    assert "Give a reason" in refused.content.decode()
    assert "Third time" in refused.content.decode()

    done = client.post(url, {"d": "hide", "reason": "abuse", "note": "Third time"})
    assert done.status_code == 302
    page = client.get(f"{QUEUE}?case={waiting.pk}").content.decode()
    assert "Sealed, hash" in page
    assert "Hide, by desk.a3" in page

    undone = client.post(reverse("moderation:undo", args=[waiting.pk]))
    assert undone.status_code == 302
    assert NetworkAct.objects.get().state == NetworkAct.State.DROPPED


def test_who_may_not_moderate_reads_and_cannot_decide(desk: Cast, waiting: Case) -> None:
    url = reverse("moderation:decide", args=[waiting.pk])

    page = signed_in(desk.auditor).get(f"{QUEUE}?case={waiting.pk}")
    assert page.status_code == 200
    assert "Hide comment" not in page.content.decode()
    assert signed_in(desk.auditor).post(url, {"d": "allow"}).status_code == 403
    assert signed_in(desk.itsec).get(QUEUE).status_code == 403
    assert AuditEntry.objects.filter(action="access.refused", username="psd.01").exists()


def test_another_force_and_a_stranger_find_nothing(desk: Cast, waiting: Case) -> None:
    stranger = signed_in(desk.stranger)

    assert stranger.get(f"{QUEUE}?case={waiting.pk}").status_code == 404
    for name in ("decide", "claim", "undo", "reveal"):
        assert stranger.post(reverse(f"moderation:{name}", args=[waiting.pk])).status_code == 404
    assert "fix the road" not in stranger.get(QUEUE).content.decode()
    assert Client(SERVER_NAME="localhost").get(QUEUE).status_code == 302
    assert signed_in(desk.desk).get(f"{QUEUE}?case={uuid4()}").status_code == 404


def test_the_views_hold_what_they_say(desk: Cast, waiting: Case) -> None:
    claim_case(actor=desk.desk.actor, case=waiting, now=clock.now())
    hidden = say(desk.facebook, ABUSIVE)
    screened(desk, hidden)
    type(hidden).objects.filter(pk=hidden.pk).update(visibility="hidden")
    client = signed_in(desk.desk)

    def who(view: str) -> list[str]:
        page = client.get(f"{QUEUE}?view={view}").content.decode()
        return re.findall(r'class="who">.*?<span>(resident\d+)</span>', page, re.DOTALL)

    assert len(who("open")) == 2
    assert who("mine") == [waiting.mention.author_handle]
    assert who("escalated") == []
    assert who("hidden") == who("done") == [hidden.author_handle]
    assert client.get(f"{QUEUE}?view=nonsense&unit=x").status_code == 200


def test_the_queue_costs_a_fixed_number_of_queries(desk: Cast, waiting: Case) -> None:
    client = signed_in(desk.desk)
    client.get(QUEUE)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(QUEUE)
    for _ in range(12):
        screened(desk, say(desk.facebook, MILD))
    with CaptureQueriesContext(connection) as many:
        client.get(QUEUE)

    assert len(many) == len(few)
    own = [query["sql"] for query in many if '"moderation_' in query["sql"]]
    assert len(own) <= 12


def test_the_live_parts_are_for_those_who_may_look(desk: Cast, waiting: Case) -> None:
    page = live.page_named("moderation")
    assert page is not None

    fragments = page.render(desk.desk.actor, f"open::{waiting.pk}")
    assert fragments is not None
    assert {one.target for one in fragments} == {"#numbers", "#views", "#queue", "#standing"}
    assert "burn your station" in next(one.html for one in fragments if one.target == "#queue")
    assert not any("hx-" in one.html for one in fragments)
    assert page.render(desk.itsec.actor, "open::") is None
    assert page.render(desk.desk.actor, "open:x:y") is None


def test_a_dictionary_is_edited_tried_and_published(desk: Cast) -> None:
    client = signed_in(desk.press)
    abuse = Dictionary.objects.get(slug="abuse")
    editor = reverse("moderation:dictionary", args=[abuse.pk])
    assert "Abuse" in client.get(reverse("moderation:dictionaries")).content.decode()

    assert "wanker" not in client.get(editor).content.decode()
    assert "wanker" in client.post(reverse("moderation:reveal_terms", args=[abuse.pk])).content.decode()
    assert AuditEntry.objects.get(action="dictionary.revealed").username == "press.03"

    term = {"pattern": "ninny*", "kind": "wildcard", "category": "ABUSE", "severity": "2", "action": "review"}
    added = client.post(reverse("moderation:add_term", args=[abuse.pk]), term)
    assert added.status_code == 302
    bad = client.post(reverse("moderation:add_term", args=[abuse.pk]), {**term, "pattern": "*n*"})
    assert bad.status_code == 422
    assert "A star at both ends" in bad.content.decode()

    tried = client.post(
        reverse("moderation:try_text", args=[abuse.pk]), {"text": "what ninnies, a n\u200binnyhammer"}
    )
    assert "innyhammer" in tried.content.decode() or "inny" in tried.content.decode()
    assert "It would lead to: review" in tried.content.decode()

    draft = start_draft(actor=desk.press.actor, dictionary=abuse)
    door = client.post(
        reverse("moderation:publish", args=[draft.pk]), headers={"Referer": f"http://x{editor}"}
    )
    assert (door.status_code, door["Location"].split("?")[0]) == (302, reverse("account_reauthenticate"))
    abuse.refresh_from_db()
    assert abuse.live_id != draft.pk
    assert just_signed_in(desk.press).post(reverse("moderation:publish", args=[draft.pk])).status_code == 302
    abuse.refresh_from_db()
    assert abuse.live_id == draft.pk
    assert screened(desk, say(desk.facebook, "You ninny"))[0].action == "review"

    first = abuse.versions.get(number=1)
    assert just_signed_in(desk.press).post(reverse("moderation:publish", args=[first.pk])).status_code == 302
    assert screened(desk, say(desk.facebook, "You ninny"))[0].action == "none"
    assert client.get(f"{editor}?version=2").status_code == 200


def test_dictionaries_are_for_those_who_may_edit_them(desk: Cast) -> None:
    abuse = Dictionary.objects.get(slug="abuse")
    term = Entry.objects.filter(version=abuse.live).first()
    assert term is not None
    moderator, stranger = signed_in(desk.desk), signed_in(desk.stranger)
    new = {"pattern": "x1", "kind": "literal", "category": "ABUSE", "severity": "1", "action": "review"}

    assert moderator.get(reverse("moderation:dictionary", args=[abuse.pk])).status_code == 200
    assert moderator.post(reverse("moderation:add_term", args=[abuse.pk]), new).status_code == 403
    assert moderator.post(reverse("moderation:remove_term", args=[term.pk])).status_code == 403
    assert moderator.post(reverse("moderation:dictionaries"), {"name": "Mine"}).status_code == 403
    assert stranger.get(reverse("moderation:dictionary", args=[abuse.pk])).status_code == 404
    assert stranger.post(reverse("moderation:add_term", args=[abuse.pk]), new).status_code == 404
    assert stranger.post(reverse("moderation:reveal_terms", args=[abuse.pk])).status_code == 404
    assert (
        just_signed_in(desk.stranger).post(reverse("moderation:publish", args=[abuse.live_id])).status_code
        == 404
    )
    # A published version never changes, not even for those who may edit.
    assert signed_in(desk.press).post(reverse("moderation:remove_term", args=[term.pk])).status_code == 409
