"""Addresses of the audit log."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.web import audit, audit_entry, audit_exports

routes: list[URLPattern] = [
    path("audit/", audit.AuditLog.as_view(), name="audit"),
    path("audit/export.csv", audit.AuditTable.as_view(), name="audit_export"),
    path("audit/entries/<int:entry_id>/", audit_entry.AuditEntryPage.as_view(), name="audit_entry"),
    path("audit/exports/", audit_exports.AuditExports.as_view(), name="audit_exports"),
    path(
        "audit/exports/<uuid:export_id>/", audit_exports.FetchAuditExport.as_view(), name="audit_export_file"
    ),
    path("audit/hqdash_verify.py", audit_exports.FetchVerifier.as_view(), name="audit_verifier"),
    path("audit/book.key", audit_exports.FetchBookKey.as_view(), name="audit_key"),
]
