"""Accounts of the force: who sees them, and how one that lost its sign-in comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts.models import AuditEntry, Channel, Force, User
from hqdash.base.tenancy import across_forces, acting_for
from tests.cast import PASSWORD, Cast, Person
from tests.vault import answering_vault


@pytest.fixture
def with_vault(committed_cast: Cast) -> Iterator[Cast]:
    with answering_vault():
        yield committed_cast


def signed_in(person: Person) -> Client:
    client = Client()
    answer = client.post("/signin/", {"login": person.user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def test_people_see_the_accounts_of_their_units_only(cast: Cast) -> None:
    page = signed_in(cast.pc).get("/accounts/").content.decode()
    assert "Coventry_demo" in page
    assert "Dudley_demo" not in page
    assert "Fenland_demo" not in page
    assert signed_in(cast.pc).get(f"/accounts/{cast.x_dudley.pk}/").status_code == 404
    assert signed_in(cast.stranger).get(f"/accounts/{cast.x.pk}/").status_code == 404


def test_an_admin_renews_a_credential_that_nobody_ever_sees_again(with_vault: Cast) -> None:
    cast = with_vault
    Channel.objects.filter(pk=cast.x.pk).update(
        state=Channel.State.SIGN_IN_NEEDED, state_reason="The sign-in ended."
    )
    admin, address = signed_in(cast.admin), f"/accounts/{cast.x.pk}/renew/"

    assert admin.post(address, {"access_token": " "}).status_code == 422
    answer = admin.post(address, {"access_token": "brand-new-token-4711"}, follow=True)

    assert "brand-new-token-4711" not in answer.content.decode()
    assert Channel.objects.get(pk=cast.x.pk).state == Channel.State.CONNECTED
    written = AuditEntry.objects.filter(channel_id=cast.x.pk, username="admin.comms01")
    assert {"credential.stored", "channel.state_changed"} <= set(written.values_list("action", flat=True))
    assert not any("brand-new" in str(entry.details) for entry in written)


def test_an_officer_may_not_renew_and_that_is_written_down(with_vault: Cast) -> None:
    cast = with_vault
    officer, address = signed_in(cast.pc), f"/accounts/{cast.x.pk}/renew/"

    assert officer.get(address).status_code == 403
    assert officer.post(address, {"access_token": "mine-now"}).status_code == 403
    refused = AuditEntry.objects.filter(action="access.refused", username="pc.4512")
    assert refused.count() == 2


def test_a_force_begins_with_one_command(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="12 characters"):
        call_command("create_force", "moorland", "Moorland Police", admin="moor.admin01")

    monkeypatch.setattr("sys.stdin", io.StringIO("a long walk over the moor\n"))
    call_command("create_force", "moorland", "Moorland Police", admin="moor.admin01", stdout=io.StringIO())
    with across_forces(reason="to see what was made"):
        force = Force.objects.get(slug="moorland")
    with acting_for(force.pk):
        assert User.objects.get().check_password("a long walk over the moor")
