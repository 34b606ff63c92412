"""One force never sees another's data: first by the query layer, then by PostgreSQL itself."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Channel, Unit
from hqdash.base.schema_guard import tenant_models
from hqdash.base.tenancy import NoForce, WrongForce, across_forces, acting_for
from tests.cast import Cast


def test_a_query_outside_of_any_force_is_an_error(db: None) -> None:
    with pytest.raises(NoForce):
        Unit.objects.count()


def test_each_force_sees_its_own_rows_only(cast: Cast) -> None:
    ours = set(Channel.objects.values_list("handle", flat=True))
    with acting_for(cast.other_force.pk):
        theirs = set(Channel.objects.values_list("handle", flat=True))

    assert "Coventry_demo" in ours
    assert theirs == {"Fenland_demo"}
    assert ours.isdisjoint(theirs)


def test_even_raw_sql_sees_only_the_current_force(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_channel WHERE force_id = %s", [cast.other_force.pk])
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT count(*) FROM accounts_channel")
        assert cursor.fetchone()[0] == 4

    with across_forces(reason="to show that the rows are there"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_channel")
        assert cursor.fetchone()[0] == 5


def test_a_row_of_another_force_can_be_neither_written_nor_moved(cast: Cast) -> None:
    with pytest.raises(WrongForce):
        Unit.objects.create(force_id=cast.other_force.pk, name="x", code="x")

    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_channel SET name = 'taken' WHERE id = %s", [cast.other_channel.pk])
        assert cursor.rowcount == 0
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_channel SET force_id = %s", [cast.other_force.pk])


def test_a_foreign_key_cannot_point_into_another_force(cast: Cast) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_channel SET unit_id = %s WHERE id = %s", [cast.other_root.pk, cast.x.pk]
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_forged_context_is_refused(cast: Cast) -> None:
    forged = f"{cast.other_force.pk}|9999999999.{'0' * 64}"
    with (
        pytest.raises(DatabaseError, match="not signed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT set_config('app.ctx', %s, true); SELECT count(*) FROM accounts_channel", [forged]
        )


def test_every_table_of_a_force_is_protected(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, "
            "(SELECT count(*) FROM pg_policies p WHERE p.tablename = c.relname AND p.qual IS NOT NULL "
            "AND p.with_check IS NOT NULL) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE a.attname = 'force_id' AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        )
        found = {name: (security, forced, policies) for name, security, forced, policies in cursor.fetchall()}

    assert {model._meta.db_table for model in tenant_models()} == set(found)
    assert all(security and forced and policies for security, forced, policies in found.values())
