"""A worker with a live lease gets a credential for a moment; nobody else gets anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.db.utils import ProgrammingError

from accounts.actions.leases import end_lease, take_lease
from accounts.models import AuditEntry, Channel, Credential, ForceKey, Lease
from accounts.vault import drawer
from accounts.vault.vault import Vault
from hqdash.base.tenancy import acting_for
from tests.cast import Cast
from tests.vault import answering_vault

TOKEN = "practice-token-7f3a"


@pytest.fixture
def vault(committed_cast: Cast) -> Iterator[Vault]:
    with answering_vault() as vault:
        yield vault


@pytest.fixture
def stored(vault: Vault, committed_cast: Cast) -> Cast:
    drawer.put(committed_cast.admin.actor, committed_cast.x, {"access_token": TOKEN})
    return committed_cast


def lease_for(channel: Channel, *, purpose: str = "publish", lasts: float = 30) -> Lease:
    return take_lease(
        channel_id=channel.pk,
        purpose=purpose,
        subject_id=uuid4(),
        lasts=timedelta(seconds=lasts),
        holder="worker-1",
    )


def last_entry() -> AuditEntry:
    entry = AuditEntry.objects.order_by("-id").first()
    assert entry is not None
    return entry


def test_a_live_lease_opens_its_channel_and_the_book_says_so(stored: Cast) -> None:
    lease = lease_for(stored.x)

    with drawer.open(stored.x, lease=lease, purpose="publish") as credential:
        assert credential["access_token"].reveal() == TOKEN

    entry = last_entry()
    assert (entry.action, entry.username, entry.channel_id) == ("vault.opened", "system", stored.x.pk)
    assert entry.unit_id == stored.x.unit_id
    assert entry.details == {
        "purpose": "publish",
        "lease": str(lease.pk),
        "fence": lease.fence,
        "subject": str(lease.subject_id),
        "holder": "worker-1",
        "fields": ["access_token"],
    }


def test_after_the_block_the_secret_is_wiped(stored: Cast) -> None:
    with drawer.open(stored.x, lease=lease_for(stored.x), purpose="publish") as credential:
        secret = credential["access_token"]

    with pytest.raises(TypeError, match="wiped"):
        secret.reveal()


def test_the_secret_is_wiped_when_the_work_fails(stored: Cast) -> None:
    taken = []
    with (
        pytest.raises(ZeroDivisionError),
        drawer.open(stored.x, lease=lease_for(stored.x), purpose="publish") as credential,
    ):
        taken.append(credential["access_token"])
        raise ZeroDivisionError

    with pytest.raises(TypeError, match="wiped"):
        taken[0].reveal()


def refused_why(channel: Channel, lease: Lease, *, purpose: str = "publish") -> str:
    with (
        pytest.raises(drawer.VaultRefused) as refusal,
        drawer.open(channel, lease=lease, purpose=purpose),
    ):
        pass
    return refusal.value.why


def test_an_expired_lease_opens_nothing_and_that_is_in_the_book(stored: Cast) -> None:
    lease = lease_for(stored.x)
    end_lease(lease)

    assert refused_why(stored.x, lease) == "lease_expired"
    entry = last_entry()
    assert (entry.action, entry.details["why"]) == ("vault.refused", "lease_expired")


def test_a_lease_that_somebody_else_has_taken_over_opens_nothing(stored: Cast) -> None:
    lease = lease_for(stored.x)
    take_lease(
        channel_id=stored.x.pk,
        purpose=lease.purpose,
        subject_id=lease.subject_id,
        lasts=timedelta(seconds=30),
        holder="worker-2",
    )

    assert refused_why(stored.x, lease) == "wrong_fence"


def test_a_lease_for_one_channel_does_not_open_another(stored: Cast) -> None:
    drawer.put(stored.admin.actor, stored.facebook, {"page_access_token": "another"})

    assert refused_why(stored.x, lease_for(stored.facebook)) == "wrong_channel"


def test_a_lease_of_one_force_does_not_open_a_channel_of_another(stored: Cast) -> None:
    with acting_for(stored.other_force.pk):
        foreign = lease_for(stored.other_channel)

    assert refused_why(stored.x, foreign) == "wrong_channel"


def test_a_lease_for_reading_does_not_publish(stored: Cast) -> None:
    assert refused_why(stored.x, lease_for(stored.x, purpose="read")) == "wrong_purpose"


def test_an_invented_lease_opens_nothing(stored: Cast) -> None:
    assert refused_why(stored.x, Lease(id=uuid4(), channel=stored.x, fence=1)) == "lease_missing"


def test_a_locked_force_opens_nothing(stored: Cast) -> None:
    lease = lease_for(stored.x)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_force SET locked_at = now() WHERE id = %s", [stored.force.pk])

    assert refused_why(stored.x, lease) == "force_locked"


def test_a_suspended_channel_is_not_opened(stored: Cast) -> None:
    lease = lease_for(stored.x)
    Channel.objects.filter(pk=stored.x.pk).update(state=Channel.State.SUSPENDED)

    assert refused_why(stored.x, lease) == "channel_suspended"


def test_a_channel_without_a_credential_says_so(stored: Cast) -> None:
    assert refused_why(stored.x_dudley, lease_for(stored.x_dudley)) == "no_credential"


def test_a_sealed_value_copied_to_another_channel_is_refused(stored: Cast) -> None:
    # What a thief of the database would try: put the press office's token under an account that he may use.
    drawer.put(stored.admin.actor, stored.x_dudley, {"access_token": "own"})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_credential AS mine SET sealed = theirs.sealed, key_id = theirs.key_id "
            "FROM accounts_credential AS theirs WHERE mine.channel_id = %s AND theirs.channel_id = %s",
            [stored.x_dudley.pk, stored.x.pk],
        )

    assert refused_why(stored.x_dudley, lease_for(stored.x_dudley)) == "seal_broken"


def test_a_new_value_replaces_the_old_one_and_grows_the_version(stored: Cast) -> None:
    before = Credential.objects.get(channel=stored.x)
    drawer.put(stored.admin.actor, stored.x, {"access_token": TOKEN})
    same = Credential.objects.get(channel=stored.x)
    drawer.put(stored.admin.actor, stored.x, {"access_token": "renewed"})
    after = Credential.objects.get(channel=stored.x)

    assert [before.version, same.version, after.version] == [1, 2, 3]
    # Even the same value looks different each time: a fingerprint says nothing about what is sealed.
    assert len({before.fingerprint, same.fingerprint, after.fingerprint}) == 3
    assert after.put_by_name == "admin.comms01"
    with drawer.open(stored.x, lease=lease_for(stored.x), purpose="publish") as credential:
        assert credential["access_token"].reveal() == "renewed"
    assert AuditEntry.objects.filter(action="credential.stored").count() == 3


def test_several_channels_open_with_one_call_and_one_refusal_stops_no_other(stored: Cast) -> None:
    drawer.put(stored.admin.actor, stored.x_dudley, {"access_token": "dudley"})
    wanted = [
        (stored.x, lease_for(stored.x)),
        (stored.facebook, lease_for(stored.facebook)),
        (stored.x_dudley, lease_for(stored.x_dudley)),
    ]

    with drawer.open_many(wanted, purpose="publish") as (first, second, third):
        assert isinstance(first, dict)
        assert first["access_token"].reveal() == TOKEN
        assert isinstance(second, drawer.VaultRefused)
        assert second.why == "no_credential"
        assert isinstance(third, dict)
        assert third["access_token"].reveal() == "dudley"

    assert AuditEntry.objects.filter(action="vault.opened").count() == 2


def test_a_force_gets_its_key_pair_with_its_first_credential(stored: Cast) -> None:
    key = ForceKey.objects.get()

    assert key.epoch == 1
    assert len(key.public_key) == 1216
    assert Credential.objects.get().key_id == key.key_id


def test_after_a_rotation_the_credentials_open_with_the_new_key(stored: Cast) -> None:
    sealed_again = drawer.rotate(stored.force.pk)

    assert sealed_again == 1
    newest = ForceKey.objects.order_by("-epoch")[0]
    assert newest.epoch == 2
    assert Credential.objects.get().key_id == newest.key_id
    with drawer.open(stored.x, lease=lease_for(stored.x), purpose="publish") as credential:
        assert credential["access_token"].reveal() == TOKEN


def test_without_an_opener_the_drawer_says_that_it_is_closed(committed_cast: Cast) -> None:
    lease = lease_for(committed_cast.x)

    with (
        pytest.raises(drawer.VaultClosed, match=r"manage\.py opener"),
        drawer.open(committed_cast.x, lease=lease, purpose="publish"),
    ):
        pass
    assert not drawer.is_ready()


def test_an_opener_that_was_started_anew_is_found_again(committed_cast: Cast) -> None:
    with answering_vault():
        drawer.put(committed_cast.admin.actor, committed_cast.x, {"access_token": TOKEN})
        assert drawer.is_ready()
    with (
        answering_vault(),
        drawer.open(committed_cast.x, lease=lease_for(committed_cast.x), purpose="publish") as credential,
    ):
        assert credential["access_token"].reveal() == TOKEN


@pytest.mark.parametrize("login", ["web", "worker"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sealed FROM accounts_credential",
        "SELECT * FROM accounts_credential",
        "SELECT wrapped_private_key FROM accounts_forcekey",
        "UPDATE accounts_credential SET fingerprint = encode(sealed, 'hex')",
        "INSERT INTO accounts_auditleaf (seq, entry_id, leaf_hash) VALUES (0, 1, '')",
        "INSERT INTO accounts_auditentry (id, at) VALUES (1, now())",
        "UPDATE accounts_auditentry SET username = 'somebody.else'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
    ],
)
def test_pages_and_workers_are_not_allowed_to(db: None, login: str, statement: str) -> None:
    if login not in settings.DATABASE_LOGINS:
        pytest.skip("this set-up has one database login for all processes")
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{settings.DATABASE_LOGINS[login]}"')
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute(statement)
        connection.needs_rollback = True


def test_the_web_login_can_store_a_credential_that_it_cannot_read(vault: Vault, committed_cast: Cast) -> None:
    if "web" not in settings.DATABASE_LOGINS:
        pytest.skip("this set-up has one database login for all processes")
    vault.make_missing_keys()
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{settings.DATABASE_LOGINS["web"]}"')
    try:
        for value in ("first", "second"):
            drawer.put(committed_cast.admin.actor, committed_cast.x, {"access_token": value})
        assert Credential.objects.get().version == 2
        with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("SELECT sealed FROM accounts_credential")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def test_only_the_lease_decides_not_what_the_caller_says_about_it(stored: Cast) -> None:
    lease = lease_for(stored.x, lasts=30)
    end_lease(lease)
    lease.expires_at = lease.expires_at + timedelta(days=1)

    assert refused_why(stored.x, lease) == "lease_expired"
