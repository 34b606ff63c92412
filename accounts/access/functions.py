"""Lays the gate's functions into the database after every migrate, where their text has changed."""

from __future__ import annotations

import hashlib

from django.db import connections

from accounts.access.statements import FUNCTIONS

_MADE = """
CREATE FUNCTION {name}({arguments}) RETURNS {returns} LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan AS $body$
#variable_conflict use_column
BEGIN
    {body}
END $body$
"""


def lay_functions(*, using: str) -> None:
    """Bring every function up to date; running it again changes nothing."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if not _is_migrated(connection.introspection.table_names(cursor)):
            return
        for name, (arguments, returns, body) in FUNCTIONS.items():
            text = _MADE.format(name=name, arguments=arguments, returns=returns, body=body)
            mark = hashlib.sha256(text.encode()).hexdigest()
            cursor.execute(
                "SELECT oid::regprocedure::text, obj_description(oid, 'pg_proc') FROM pg_proc "
                "WHERE proname = %s AND pronamespace = current_schema()::regnamespace",
                [name],
            )
            there = cursor.fetchall()
            if [known for _signature, known in there] == [mark]:
                continue
            for signature, _known in there:
                cursor.execute(f"DROP FUNCTION {signature}")
            cursor.execute(text.replace("%", "%%"), [])
            cursor.execute(f"COMMENT ON FUNCTION {name} IS '{mark}'")


def _is_migrated(tables: list[str]) -> bool:
    """Half-way through migrations there is nothing yet that the functions could ask."""
    return {"accounts_rule", "accounts_rota", "accounts_grant"} <= set(tables)
