"""Second factors: sealed, used once, asked for by tiers, and replaced when they are lost."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse

from accounts.actions.second_factors import reset_second_factor
from accounts.models import AuditEntry, Role, User
from accounts.models.role import SecondFactor
from accounts.sign_in import seeds
from accounts.vault.key_files import KeyFile
from hqdash.base import clock
from hqdash.base.errors import NotAllowed, Unprocessable
from tests.accounts.people.codes import code_of
from tests.cast import PASSWORD, Cast, Person
from tests.signing_in import signed_in

INSIDE = "/publishing/posts/"


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> None:
    cache.clear()


def enrol(client: Client) -> str:
    """Set an authenticator up as a person does; its secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.content.decode().split('id="totp-key">')[1].split("<")[0].replace(" ", "")
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret, steps=-1)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes"), answer.content.decode()
    return secret


def sign_in(person: Person) -> Client:
    client = Client()
    answer = client.post("/signin/", {"login": person.user.username, "password": PASSWORD})
    assert answer["Location"] == reverse("mfa_authenticate")
    return client


def second_step(client: Client, code: str) -> HttpResponse:
    return client.post(reverse("mfa_authenticate"), {"code": code})


def demand(cast: Cast, factor: SecondFactor, slug: str = Role.DUTY_PRESS_OFFICER) -> None:
    Role.objects.filter(slug=slug).update(second_factor=factor)


def test_an_authenticator_is_asked_for_after_the_password_and_counts_once(cast: Cast) -> None:
    secret = enrol(signed_in(cast.press))
    client = sign_in(cast.press)
    assert client.get(INSIDE).status_code == 302
    code = code_of(secret)

    assert second_step(client, code).status_code == 302
    assert client.get(INSIDE).status_code == 200

    thief = sign_in(cast.press)
    refused = second_step(thief, code)
    assert refused.status_code == 200
    assert "was used before" in refused.content.decode()
    assert thief.get(INSIDE).status_code == 302
    assert second_step(thief, code_of(secret, steps=1)).status_code == 302


def test_the_code_of_the_set_up_is_used_up_too(cast: Cast) -> None:
    secret = enrol(signed_in(cast.press))
    assert second_step(sign_in(cast.press), code_of(secret, steps=-1)).status_code == 200


def test_a_wrong_first_code_keeps_the_same_picture(cast: Cast) -> None:
    client = signed_in(cast.press)
    before = client.get(reverse("mfa_activate_totp")).content.decode().split('id="totp-key">')[1][:39]
    again = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert again.status_code == 200
    assert before in again.content.decode()


def test_seeds_are_sealed_and_outlive_another_secret_key(cast: Cast) -> None:
    secret = enrol(signed_in(cast.press))
    stored = Authenticator.objects.get(type="totp", user_id=cast.press.user.pk).data["secret"]
    assert secret not in stored
    with override_settings(SECRET_KEY="quite another key than before, of enough letters"):
        assert seeds.unseal(stored) == secret


def test_a_seed_of_an_earlier_release_is_opened_and_sealed_anew(cast: Cast) -> None:
    secret = enrol(signed_in(cast.press))
    old = hashlib.sha256(b"hqdash second factors\0" + settings.SECRET_KEY.encode()).digest()
    found = Authenticator.objects.get(type="totp", user_id=cast.press.user.pk)
    found.data["secret"] = Fernet(base64.urlsafe_b64encode(old)).encrypt(secret.encode()).decode()
    found.save()

    assert second_step(sign_in(cast.press), code_of(secret)).status_code == 302

    found.refresh_from_db()
    assert seeds.is_current(found.data["secret"])
    fallback = [settings.SECRET_KEY]
    with override_settings(SECRET_KEY="quite another key, of enough letters", SECRET_KEY_FALLBACKS=fallback):
        assert seeds.unseal(found.data["secret"]) == secret


def test_a_changed_key_file_opens_what_the_former_one_sealed(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KeyFile.SIGN_IN.value[0], str(tmp_path / "sign_in.key"))
    for name, key in (("sign_in.key", b"a" * 32), ("sign_in.key", b"b" * 32)):
        path = tmp_path / name
        path.write_bytes(key)
        path.chmod(0o600)
        if key[:1] == b"a":
            sealed = seeds.seal("JBSWY3DPEHPK3PXP")
    with pytest.raises(seeds.SeedLost, match="former"):
        seeds.unseal(sealed)
    former = tmp_path / "sign_in.key.former"
    former.write_bytes(b"a" * 32)
    former.chmod(0o600)
    assert seeds.unseal(sealed) == "JBSWY3DPEHPK3PXP"
    assert not seeds.is_current(sealed)


def test_recovery_codes_are_shown_once_and_each_works_once(cast: Cast) -> None:
    client = signed_in(cast.press)
    enrol(client)
    shown = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = [part.split("<")[0] for part in shown.split('o-codes mono"')[1].split("<li>")[1:]]
    assert len(codes) == 10
    assert codes[0] not in client.get(reverse("mfa_view_recovery_codes")).content.decode()

    back = sign_in(cast.press)
    assert second_step(back, codes[0]).status_code == 302
    assert "9 codes left" in back.get(reverse("mfa_index")).content.decode()
    assert second_step(sign_in(cast.press), codes[0]).status_code == 200
    assert AuditEntry.objects.filter(action="recovery_code.used", username="press.03").count() == 1

    assert back.post(reverse("mfa_generate_recovery_codes")).status_code == 302
    assert second_step(sign_in(cast.press), codes[1]).status_code == 200


def test_five_wrong_codes_close_the_second_step_for_minutes(cast: Cast) -> None:
    enrol(signed_in(cast.press))
    client = sign_in(cast.press)
    for _ in range(6):
        answer = second_step(client, "000000")
    assert "Wait 15 minutes" in answer.content.decode()
    assert AuditEntry.objects.filter(action="second_factor.failed").count() == 5


def test_a_tier_that_asks_for_a_second_factor_leads_to_it_and_nowhere_else(cast: Cast) -> None:
    demand(cast, SecondFactor.ANY)
    client = signed_in(cast.press)
    door = client.get(INSIDE)
    assert door["Location"] == f"{reverse('mfa_index')}?next=%2Fpublishing%2Fposts%2F"
    assert "Duty press officer" in client.get(door["Location"]).content.decode()
    assert client.get("/live/?page=dashboard").status_code == 403
    refused = client.get("/api/v1/people/")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    fragment = client.get(INSIDE, headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"].startswith(reverse("mfa_index"))

    enrol(client)

    assert client.get(INSIDE).status_code == 200
    assert signed_in(cast.pc).get(INSIDE).status_code == 200


def test_a_tier_that_wants_a_passkey_is_not_content_with_an_app(cast: Cast) -> None:
    client = signed_in(cast.press)
    enrol(client)
    demand(cast, SecondFactor.PASSKEY)
    assert client.get(INSIDE)["Location"].startswith(reverse("mfa_index"))
    assert "Only a passkey will do" in client.get(reverse("mfa_index")).content.decode()


def test_with_a_passkey_enrolled_the_session_has_to_be_proved_by_it(cast: Cast) -> None:
    demand(cast, SecondFactor.PASSKEY)
    Authenticator.objects.create(user_id=cast.press.user.pk, type="webauthn", data={"name": "Laptop"})
    client = signed_in(cast.press, proved="mfa")
    assert client.get(INSIDE)["Location"].startswith(reverse("mfa_reauthenticate_webauthn"))
    session = client.session
    session["account_authentication_methods"][0]["type"] = "webauthn"
    session.save()
    assert client.get(INSIDE).status_code == 200


def test_the_demand_ends_with_the_grant(cast: Cast) -> None:
    demand(cast, SecondFactor.ANY)
    client = signed_in(cast.press)
    assert client.get("/me/security/").context["missing"] == "any"
    cast.press.user.grants.update(ends_at=clock.now())
    assert client.get("/me/security/").context["missing"] == ""


def test_a_lost_second_factor_is_replaced_by_another_administrator(cast: Cast) -> None:
    client = signed_in(cast.press)
    enrol(client)

    link = reset_second_factor(
        actor=cast.itsec.actor, user=cast.press.user, now=clock.now(), reason="Phone lost, seen in person"
    )

    assert client.get(INSIDE).status_code == 302
    assert not Authenticator.objects.filter(user_id=cast.press.user.pk).exists()
    assert Client().post("/signin/", {"login": "press.03", "password": PASSWORD}).status_code == 200
    back = Client()
    back.get(reverse("open_link", args=[link.token]))
    good = "seven quiet lighthouses"
    back.post(reverse("choose_password"), {"password": good, "again": good})
    back.post("/signin/", {"login": "press.03", "password": good})
    assert back.get(INSIDE)["Location"].startswith(reverse("mfa_index"))
    enrol(back)
    assert back.get(INSIDE).status_code == 200
    entry = AuditEntry.objects.get(action="second_factor.reset")
    assert entry.reason == "Phone lost, seen in person"


def test_a_reset_needs_a_reason_a_right_another_person_and_a_fresh_proof(cast: Cast) -> None:
    def reset(actor: Person, user: Person, reason: str = "Phone lost") -> None:
        reset_second_factor(actor=actor.actor, user=user.user, now=clock.now(), reason=reason)

    with pytest.raises(Unprocessable, match="own account"):
        reset(cast.admin, cast.admin)
    with pytest.raises(Unprocessable, match="Say why"):
        reset(cast.admin, cast.press, "  ")
    with pytest.raises(NotAllowed):
        reset(cast.press, cast.pc)
    address = reverse("accounts:reset_second_factor", args=[cast.press.user.pk])
    late = signed_in(cast.admin, ago=3600)
    assert late.get(address)["Location"].startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=cast.press.user.pk).has_usable_password()
    done = signed_in(cast.admin).post(address, {"reason": "Phone lost, seen in person"})
    assert "one-time-link" in done.content.decode()


def test_what_people_sign_in_with_stands_in_the_book(
    cast: Cast, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    client = signed_in(cast.press)
    with django_capture_on_commit_callbacks(execute=True):
        enrol(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_deactivate_totp"))
    names = ["second_factor.added", "recovery_codes.made", "second_factor.removed"]
    assert [AuditEntry.objects.filter(action=name, username="press.03").count() for name in names] == [
        1,
        1,
        1,
    ]
