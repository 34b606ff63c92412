"""What each database login may do with exports, stops and words of the book."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

_EXPORT_COLUMNS = (
    "state, claimed_at, done, total, size, manifest_sha256, file_bytes, file_sha256, problem, "
    "ready_at, expires_at"
)
_SEARCH = "accounts_book_search(text, text, bigint, bigint, integer)"


def restrict_book(cursor: CursorWrapper, roles: dict[str, str]) -> None:
    """Only the sequencer signs exports and stops a book; nobody reads the words but the function for them."""
    cursor.execute("SELECT to_regclass('accounts_auditwords') IS NOT NULL")
    if not cursor.fetchone()[0]:
        # On the way to an older state of the tables.
        return
    for kind in ("web", "worker"):
        if kind in roles:
            login = roles[kind]
            cursor.execute(
                f'REVOKE ALL ON accounts_auditexport, accounts_audithalt, accounts_auditwords FROM "{login}"; '
                f'GRANT SELECT, INSERT, UPDATE ({_EXPORT_COLUMNS}) ON accounts_auditexport TO "{login}"; '
                f'GRANT SELECT ON accounts_audithalt TO "{login}"; '
                f'GRANT EXECUTE ON FUNCTION {_SEARCH} TO "{login}"'
            )
    if "opener" in roles:
        login = roles["opener"]
        cursor.execute(
            f'GRANT SELECT, UPDATE (signature, signed_at) ON accounts_auditexport TO "{login}"; '
            f"GRANT SELECT, INSERT, UPDATE (accepted_at, accepted_by_name, reason) ON accounts_audithalt "
            f'TO "{login}"; '
            f'GRANT INSERT ON accounts_auditwords TO "{login}"'
        )
        for table in ("auditexport", "audithalt", "auditwords"):
            cursor.execute(
                f"DROP POLICY IF EXISTS opener_serves_all ON accounts_{table}; "
                f'CREATE POLICY opener_serves_all ON accounts_{table} TO "{login}" USING (true) WITH CHECK (true)'
            )
