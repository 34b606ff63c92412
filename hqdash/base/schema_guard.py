"""The second belt: after every migrate, PostgreSQL itself keeps the forces apart.

For every ``TenantModel``: row-level security, forced also upon the owner, with one policy that reads the
signed context; composite foreign keys ``(force_id, other_id)``, since plain ones bypass row-level security;
and for the roles of the processes just the privileges that they need. It is derived from the models, so no
new table can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.apps import apps
from django.conf import settings
from django.db import connections, models
from django.db.backends.utils import CursorWrapper

from hqdash.base.context_token import hmac_pads
from hqdash.base.tenancy import ALL_FORCES, TenantModel

_CONTEXT = """
CREATE TABLE IF NOT EXISTS hqdash_context_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
REVOKE ALL ON hqdash_context_key FROM PUBLIC;
CREATE OR REPLACE FUNCTION hqdash_force() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, {schema} AS $$
DECLARE
    token text := nullif(current_setting('app.ctx', true), '');
    payload text;
    pads record;
BEGIN
    IF token IS NULL THEN RETURN NULL; END IF;
    payload := split_part(token, '.', 1);
    SELECT inner_pad, outer_pad INTO pads FROM hqdash_context_key;
    IF encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(payload, 'UTF8'))), 'hex')
        IS DISTINCT FROM split_part(token, '.', 2) THEN
        RAISE EXCEPTION 'The tenant context is not signed.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF split_part(payload, '|', 2)::bigint < extract(epoch FROM clock_timestamp()) THEN
        RAISE EXCEPTION 'The tenant context has expired.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN split_part(payload, '|', 1)::uuid;
END $$;
"""

Privileges = Callable[[CursorWrapper, dict[str, str]], None]
_privileges: list[Privileges] = []


def restrict(privileges: Privileges) -> None:
    """Add ``privileges(cursor, roles)`` to what runs after the general grants; roles maps web, worker and
    opener to the names of the database's logins (only those that exist).
    """
    if privileges not in _privileges:
        _privileges.append(privileges)


def tenant_models() -> Iterator[type[TenantModel]]:
    """Every concrete table that belongs to a force."""
    for model in apps.get_models():
        if issubclass(model, TenantModel) and not model._meta.proxy and model._meta.managed:
            yield model


def guard_schema(*, using: str) -> None:
    """Bring policies, composite keys and privileges up to date; running it again changes nothing."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        cursor.execute("SELECT current_schema()")
        cursor.execute(_CONTEXT.format(schema=cursor.fetchone()[0]))
        cursor.execute(
            "INSERT INTO hqdash_context_key (inner_pad, outer_pad) VALUES (%s, %s) ON CONFLICT (only_row) "
            "DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad",
            hmac_pads(),
        )
        present = [model for model in tenant_models() if model._meta.db_table in tables]
        for model in present:
            _protect(cursor, model._meta.db_table, "force_id")
        if "accounts_force" in tables:
            _protect(cursor, "accounts_force", "id")
        for model in present:
            _tie_foreign_keys(cursor, model, tables)
        roles = _roles(cursor)
        _grant(cursor, roles)
        if "accounts_force" in tables:
            for privileges in _privileges:
                privileges(cursor, roles)


def _protect(cursor: CursorWrapper, table: str, column: str) -> None:
    cursor.execute(
        "SELECT 1 FROM pg_policies WHERE tablename = %s AND policyname = 'own_force_only' "
        "AND schemaname = current_schema()",
        [table],
    )
    if cursor.fetchone():
        return
    # The sub-selects are InitPlans: the token is checked once per statement, not once per row.
    # Two plain comparisons, of which the second is hardly ever made: an array would be built for each row.
    seen = f"{column} = (SELECT hqdash_force()) OR (SELECT hqdash_force()) = '{ALL_FORCES}'::uuid"
    cursor.execute(
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY; ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY; '
        f'CREATE POLICY own_force_only ON "{table}" USING ({seen}) WITH CHECK ({seen})'
    )


def _tie_foreign_keys(cursor: CursorWrapper, model: type[TenantModel], tables: set[str]) -> None:
    # After a migration backwards the models know columns that the tables no longer have.
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [model._meta.db_table],
    )
    columns = {name for (name,) in cursor.fetchall()}
    for field in model._meta.local_fields:
        target = field.related_model
        if (
            not isinstance(field, models.ForeignKey)
            or not isinstance(target, type)
            or not issubclass(target, TenantModel)
            or target._meta.db_table not in tables
            or field.column not in columns
        ):
            continue
        _unique_by_force(cursor, target._meta.db_table)
        name = f"{model._meta.db_table}_{field.column}_own_force"[-63:]
        _add_constraint(
            cursor,
            model._meta.db_table,
            name,
            f'FOREIGN KEY (force_id, "{field.column}") REFERENCES "{target._meta.db_table}" (force_id, id) '
            "DEFERRABLE INITIALLY DEFERRED",
        )


def _unique_by_force(cursor: CursorWrapper, table: str) -> None:
    _add_constraint(cursor, table, f"{table}_by_force"[-63:], "UNIQUE (force_id, id)")


def _add_constraint(cursor: CursorWrapper, table: str, name: str, definition: str) -> None:
    cursor.execute(
        "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass", [name, table]
    )
    if not cursor.fetchone():
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')


def _roles(cursor: CursorWrapper) -> dict[str, str]:
    wanted = {kind: settings.DATABASE_LOGINS.get(kind, "") for kind in ("web", "worker", "opener")}
    cursor.execute(
        "SELECT current_user, array_agg(rolname::text) FROM pg_roles WHERE rolname = ANY(%s)",
        [list(wanted.values())],
    )
    owner, existing = cursor.fetchone()
    return {kind: name for kind, name in wanted.items() if name in (existing or []) and name != owner}


def _grant(cursor: CursorWrapper, roles: dict[str, str]) -> None:
    cursor.execute("SELECT current_schema(), current_database()")
    schema, database = cursor.fetchone()
    for kind, name in roles.items():
        cursor.execute(
            f'GRANT CONNECT ON DATABASE "{database}" TO "{name}"; '
            f'GRANT USAGE ON SCHEMA "{schema}" TO "{name}"'
        )
        cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA "{schema}" FROM "{name}"')
        if kind != "opener":
            cursor.execute(
                f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{schema}" TO "{name}"; '
                f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{name}"; '
                f'REVOKE ALL ON hqdash_context_key FROM "{name}"'
            )
            if kind == "web":
                cursor.execute(f'REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM "{name}"')
