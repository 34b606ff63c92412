"""Signs the manifests of exports, in the process that holds the key; web and workers can only ask by a row."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

from accounts.audit.notes import Signer

# A force whose book is stopped gets no signatures: what would be taken out of it is in doubt.
_ASKED = """
SELECT x.id, x.force_id, f.slug, x.manifest_sha256, x.asked_by_name, x.kind, x.done, x.size
FROM accounts_auditexport AS x JOIN accounts_force AS f ON f.id = x.force_id
JOIN accounts_auditcheckpoint AS c ON c.force_id = x.force_id AND c.size = x.size
WHERE x.state = 'signing' AND x.signature = '' AND x.manifest_sha256 ~ '^[0-9a-f]{64}$'
  AND NOT EXISTS (SELECT 1 FROM accounts_audithalt AS h WHERE h.force_id = x.force_id AND h.accepted_at IS NULL)
ORDER BY x.asked_at LIMIT 20
"""
_SIGN = """
UPDATE accounts_auditexport SET signature = %s, signed_at = clock_timestamp() WHERE id = %s AND signature = ''
"""
_RECORD = """
INSERT INTO accounts_auditentry (force_id, action, username, kind, session, address, object_type, object_id,
    object_label, unit_name, channel_name, reason, details, salt)
VALUES (%s, 'book.export_signed', 'system', 'clock', '', '', 'accounts.auditexport', %s, '', '', '', '', %s, %s)
"""


def export_origin_of(force_slug: str) -> str:
    """The name under which exports are signed: another one than the book's, so that neither passes for the other."""
    return f"hqdash.export/{force_slug}"


def sign_exports(cursor: Any, signer_named: Callable[[str], Signer]) -> int:
    """Sign what waits for it, and write into the book what was signed; how many."""
    cursor.execute(_ASKED)
    asked = cursor.fetchall()
    for export_id, force_id, slug, sha256, by, kind, lines, size in asked:
        origin = export_origin_of(slug)
        text = (
            f"{origin}\nsha256 {sha256}\nexport {export_id}\nkind {kind}\nentries {lines}\nbook {size}\n"
            f"by {' '.join(str(by).split())}\n"
        )
        cursor.execute(_SIGN, [signer_named(origin).signed(text), str(export_id)])
        details = {"manifest": sha256, "kind": kind, "lines": lines, "by": by}
        cursor.execute(_RECORD, [str(force_id), str(export_id), json.dumps(details), secrets.token_bytes(32)])
    return len(asked)
