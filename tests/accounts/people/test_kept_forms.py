"""What somebody typed is theirs, is kept without what is secret, and comes back when they do."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.actions.drafts import MOST_DRAFTS, is_secret, keep_draft
from accounts.models import FormDraft
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from tests.cast import Cast
from tests.signing_in import signed_in

COMPOSE = "/drafts/compose/"


def test_a_form_is_kept_for_its_writer_alone(cast: Cast) -> None:
    writer = signed_in(cast.pc)
    assert writer.get(COMPOSE).status_code == 204
    assert writer.post(COMPOSE, {"text": "Road closed", "channels": ["a", "b"]}).status_code == 204

    kept = writer.get(COMPOSE).json()
    assert kept["fields"] == {"text": ["Road closed"], "channels": ["a", "b"]}
    assert signed_in(cast.press).get(COMPOSE).status_code == 204
    assert signed_in(cast.stranger).get(COMPOSE).status_code == 204

    assert writer.post(COMPOSE, {"discard": "1"}).status_code == 204
    assert writer.get(COMPOSE).status_code == 204


def test_nothing_secret_is_ever_written_down(cast: Cast) -> None:
    typed = {
        "reason": "lost",
        "password": "p1",
        "new_password": "p2",
        "csrfmiddlewaretoken": "p3",
        "api_token": "p4",
        "code": "p5",
        "client_secret": "p6",
    }
    keep_draft(actor=cast.pc.actor, key="x", fields={k: [v] for k, v in typed.items()}, now=clock.now())
    assert FormDraft.objects.get().fields == {"reason": ["lost"]}
    assert not is_secret("form_key")


def test_too_much_is_refused_with_what_to_do_and_old_ones_make_room(cast: Cast) -> None:
    answer = signed_in(cast.pc).post(COMPOSE, {"text": "x" * 600_000})
    assert answer.status_code == 422
    assert "Save it elsewhere" in answer.json()["detail"]
    for number in range(MOST_DRAFTS + 5):
        keep_draft(actor=cast.pc.actor, key=f"form-{number}", fields={"a": ["b"]}, now=clock.now())
    assert FormDraft.objects.count() == MOST_DRAFTS
    assert not FormDraft.objects.filter(key="form-0").exists()
    with pytest.raises(Unprocessable):
        keep_draft(actor=cast.pc.actor, key="no such\nform", fields={}, now=clock.now())


def test_a_form_that_was_taken_is_forgotten_and_one_that_was_not_stays(cast: Cast) -> None:
    client = signed_in(cast.pc)
    client.post(COMPOSE, {"text": "Road closed"})
    body = {"text": "", "step": "send", "form_key": str(uuid4()), "draft_key": "compose"}
    assert client.post(reverse("publishing:compose"), body).status_code == 422
    assert client.get(COMPOSE).status_code == 200
    body |= {"text": "Road closed", "channels": [str(cast.x.pk)]}
    assert client.post(reverse("publishing:compose"), body).status_code == 302
    assert client.get(COMPOSE).status_code == 204


def test_a_submission_after_the_proof_ran_out_is_offered_again(cast: Cast) -> None:
    client = signed_in(cast.admin, ago=3600)
    address = reverse("accounts:leave", args=[cast.pc.user.pk])

    door = client.post(address, {"heir": "", "reason": "Moved to another force"})
    back = door["Location"].split("next=")[1].replace("%2F", "/")
    draft = FormDraft.objects.get()
    assert back == reverse("accounts:late_form", args=[draft.pk])

    again = signed_in(cast.admin)
    page = again.get(back).content.decode()
    assert "Moved to another force" in page
    assert f'action="{address}"' in page
    assert signed_in(cast.itsec).get(back).status_code == 404
    assert again.post(address, {"heir": "", "reason": "Moved to another force"}).status_code == 302
    assert not FormDraft.objects.exists()


def test_secrets_of_a_late_submission_have_to_be_typed_again(cast: Cast) -> None:
    client = signed_in(cast.admin, ago=3600)
    address = reverse("accounts:leave", args=[cast.pc.user.pk])
    client.post(address, {"reason": "Moved", "app_password": "xyzzy-plugh"})
    draft = FormDraft.objects.get()
    assert "xyzzy" not in json.dumps(draft.fields)
    page = client.get(reverse("accounts:late_form", args=[draft.pk])).content.decode()
    assert 'type="password" id="id_app_password"' in page


def test_an_htmx_submission_is_led_to_the_door_as_a_whole_page(cast: Cast) -> None:
    client = signed_in(cast.admin, ago=3600)
    address = reverse("accounts:reset_second_factor", args=[cast.pc.user.pk])
    answer = client.post(address, {"reason": "Phone lost"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith(reverse("account_reauthenticate"))


def test_where_only_a_second_factor_will_do_people_without_one_are_led_to_set_it_up(cast: Cast) -> None:
    from accounts.web.person import LeavePage

    assert not LeavePage.needs_second_factor
    needy = type("Needy", (LeavePage,), {"needs_second_factor": True})
    from django.contrib.messages.storage.fallback import FallbackStorage
    from django.test import RequestFactory

    client = signed_in(cast.admin)
    request = RequestFactory().get("/people/")
    request.session = client.session
    request._messages = FallbackStorage(request)
    from accounts.sign_in.backend import UsernameBackend

    request.user = UsernameBackend().get_user(cast.admin.user.pk)
    request.actor = cast.admin.actor
    answer = needy.as_view()(request, user_id=cast.pc.user.pk)
    assert answer["Location"].startswith(reverse("mfa_index"))
