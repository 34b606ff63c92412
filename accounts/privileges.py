"""What each database login may do with the tables of accounts: sealed is sealed, written is written."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

_APPEND_ONLY = ("accounts_auditentry", "accounts_auditleaf", "accounts_auditcheckpoint")
_KEY_COLUMNS = "id, force_id, key_id, epoch, public_key, root_key_id, created_at"
_CREDENTIAL_COLUMNS = (
    "id, force_id, channel_id, connecting_id, app_id, field, key_id, version, fingerprint, expires_at, "
    "put_by, put_by_name, put_at"
)
_ENTRY_COLUMNS = (
    "force_id, action, actor_id, username, kind, session, address, object_type, object_id, object_label, "
    "unit_id, unit_name, channel_id, channel_name, reason, details, salt"
)
_OPENER_TABLES = (
    "force",
    "channel",
    "lease",
    "connecting",
    "networkapp",
    "forcekey",
    "credential",
    "auditentry",
    "auditleaf",
    "auditcheckpoint",
)


def restrict_accounts(cursor: CursorWrapper, roles: dict[str, str]) -> None:
    """Lay the vault's and the book's rules over the general grants."""
    for kind in ("web", "worker"):
        if kind in roles:
            _restrict_pages_and_workers(cursor, roles[kind])
    if "opener" in roles:
        _allow_opener(cursor, roles["opener"])


def _restrict_pages_and_workers(cursor: CursorWrapper, login: str) -> None:
    # Sealed values and wrapped keys can be written but never read back; entries get id, time and
    # transaction from the database alone, so nobody can date one back.
    cursor.execute(
        f'REVOKE ALL ON accounts_forcekey, accounts_credential, {", ".join(_APPEND_ONLY)} FROM "{login}"; '
        f'GRANT SELECT ({_KEY_COLUMNS}) ON accounts_forcekey TO "{login}"; '
        f'GRANT SELECT ({_CREDENTIAL_COLUMNS}), INSERT, UPDATE, DELETE ON accounts_credential TO "{login}"; '
        f'GRANT SELECT ON {", ".join(_APPEND_ONLY)} TO "{login}"; '
        f'GRANT INSERT ({_ENTRY_COLUMNS}) ON accounts_auditentry TO "{login}"'
    )


def _allow_opener(cursor: CursorWrapper, login: str) -> None:
    """The opener and the sequencer serve all forces, on these tables and no others."""
    cursor.execute(
        f"GRANT SELECT ON accounts_force, accounts_channel, accounts_lease, accounts_connecting, "
        f'accounts_networkapp TO "{login}"; '
        f'GRANT SELECT, INSERT, UPDATE (wrapped_private_key, root_key_id) ON accounts_forcekey TO "{login}"; '
        f'GRANT SELECT, UPDATE (sealed, key_id, version, fingerprint) ON accounts_credential TO "{login}"; '
        f'GRANT SELECT, INSERT ON {", ".join(_APPEND_ONLY)} TO "{login}"; '
        f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{_schema(cursor)}" TO "{login}"'
    )
    for table in _OPENER_TABLES:
        cursor.execute(
            f"DROP POLICY IF EXISTS opener_serves_all ON accounts_{table}; "
            f'CREATE POLICY opener_serves_all ON accounts_{table} TO "{login}" USING (true) WITH CHECK (true)'
        )


def _schema(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT current_schema()")
    return str(cursor.fetchone()[0])
