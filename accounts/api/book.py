"""The JSON door to the book: entries, proofs, checkpoints, verification and signed exports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.gate import require
from accounts.actions.book import read_entry, read_page, verify_now
from accounts.actions.book_exports import PARTS, ask_export, exports_for, fetch_export, progress_of
from accounts.audit.proof import proof_of
from accounts.audit.reading import Wanted, checkpoints_for
from accounts.audit.standing import Standing
from accounts.book_tasks import start_export
from accounts.models import AuditCheckpoint, AuditEntry, AuditExport, Force
from accounts.permissions import VIEW_AUDIT
from accounts.web.audit_rows import sentence_of
from hqdash.base import clock
from hqdash.base.api import ApiView
from hqdash.base.api_paging import limit_of, next_address
from hqdash.base.errors import Missing, Unprocessable


class BookFilters(serializers.Serializer[Any]):
    """What somebody looks for."""

    person = serializers.CharField(required=False, max_length=200, help_text="A user name.")
    unit = serializers.CharField(
        required=False, max_length=200, help_text="Id, code or name; with all below it."
    )
    account = serializers.CharField(required=False, max_length=200, help_text="Id, or a part of its handle.")
    action = serializers.CharField(required=False, max_length=200, help_text="An act, or a group of acts.")
    object = serializers.CharField(required=False, max_length=200, help_text="Id, or words of its label.")
    since = serializers.DateField(required=False, help_text="The first day.")
    until = serializers.DateField(required=False, help_text="The last day.")
    q = serializers.CharField(
        required=False, max_length=200, help_text="Words in reason, labels and details."
    )
    openings = serializers.BooleanField(
        required=False, help_text="With the openings of the vault by the system."
    )


class EntryOut(serializers.ModelSerializer[AuditEntry]):
    """One line of the book."""

    place = serializers.SerializerMethodField(help_text="Its place in the tree; null for less than a second.")
    intact = serializers.SerializerMethodField(help_text="Whether it is what was hashed at that place.")
    sentence = serializers.SerializerMethodField(help_text="The line as a person reads it.")

    class Meta:
        model = AuditEntry
        fields = (
            "id", "at", "place", "intact", "sentence", "action", "actor_id", "username", "kind", "session",
            "address", "object_type", "object_id", "object_label", "unit_id", "unit_name", "channel_id",
            "channel_name", "reason", "details",
        )  # fmt: skip
        read_only_fields = fields

    def get_place(self, entry: AuditEntry) -> int | None:
        """From the leaves that were read with the page."""
        place: int | None = self.context["leaves"].get(entry.pk, (None, True))[0]
        return place

    def get_intact(self, entry: AuditEntry) -> bool:
        """From the leaves that were read with the page."""
        return bool(self.context["leaves"].get(entry.pk, (None, True))[1])

    def get_sentence(self, entry: AuditEntry) -> str:
        """In the words of the page."""
        return sentence_of(entry)


class ProofOut(serializers.Serializer[Any]):
    """What leads from an entry to a signed root (RFC 6962; the note is a C2SP checkpoint)."""

    place = serializers.IntegerField()
    format = serializers.IntegerField()
    line = serializers.CharField(help_text="The exact text that was hashed.")
    leaf = serializers.CharField(source="leaf_hex")
    size = serializers.IntegerField(help_text="Entries that the checkpoint covers.")
    root = serializers.CharField(source="root_hex")  # type: ignore[assignment]  # a field here, not the parent
    hashes = serializers.SerializerMethodField()
    checkpoint = serializers.CharField(source="note", help_text="The signed note.")
    proven = serializers.BooleanField(source="is_proven")

    def get_hashes(self, proof: Any) -> list[str]:
        """From the leaf to the root."""
        return [one.hex() for one in proof.hashes]


class EntryWithProof(EntryOut):
    """One line with the proof of its place."""

    proof = serializers.SerializerMethodField()

    class Meta(EntryOut.Meta):
        fields = (*EntryOut.Meta.fields, "proof")  # type: ignore[assignment]  # one more field than the other
        read_only_fields = fields  # type: ignore[assignment]

    @extend_schema_field(ProofOut(allow_null=True))
    def get_proof(self, entry: AuditEntry) -> Any:
        """Null while the entry waits for its place."""
        proof = self.context["proof"]
        return None if proof is None else ProofOut(proof).data


class CheckpointOut(serializers.ModelSerializer[AuditCheckpoint]):
    """A signed statement of how long the book was, and of the root over all of it."""

    class Meta:
        model = AuditCheckpoint
        fields = ("size", "at", "note")
        read_only_fields = fields


class StandingOut(serializers.Serializer[Standing]):
    """How a verification came out."""

    intact = serializers.SerializerMethodField()
    verified_to = serializers.DateTimeField(allow_null=True)
    verified_entries = serializers.IntegerField()
    breaks = serializers.ListField(child=serializers.CharField())
    remarks = serializers.ListField(child=serializers.CharField())

    def get_intact(self, standing: Standing) -> bool:
        """Whether everything fits."""
        return not standing.is_broken


class ExportIn(BookFilters):
    """What is to be exported: the whole book, or what the filters find."""

    whole = serializers.BooleanField(default=False)
    without = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, max_length=50,
        help_text=f"Parts to black out: {', '.join(PARTS)}, or details/NAME.",
    )  # fmt: skip
    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class ExportOut(serializers.ModelSerializer[AuditExport]):
    """An export and how far it has come."""

    class Meta:
        model = AuditExport
        fields = (
            "id", "kind", "state", "asked_by_name", "asked_at", "reason", "filters", "without", "done", "total",
            "size", "file_bytes", "file_sha256", "problem", "ready_at", "expires_at",
        )  # fmt: skip
        read_only_fields = fields


class BookView(ApiView):
    """An address about the book of the force of whoever asks."""

    scope = VIEW_AUDIT

    @property
    def force(self) -> Force:
        """The force whose book it is."""
        force: Force = self.request.user.force  # type: ignore[union-attr]  # nobody else comes in
        return force

    def wanted(self, given: dict[str, Any]) -> Wanted:
        """The filters as the page has them."""
        words = {name: str(value) for name, value in given.items() if name in Wanted.__dataclass_fields__}
        return Wanted.from_query({**words, "all": "1" if given.get("openings") else ""})


class Entries(BookView):
    """The lines of the book."""

    @extend_schema(parameters=[BookFilters], responses=EntryOut(many=True))
    def get(self, request: Request) -> Response:
        """List entries of the audit log, newest first; that they were read is an entry too."""
        wanted = self.wanted(self.filters(BookFilters))
        cursor = request.query_params.get("cursor", "")
        if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
            raise Unprocessable(_("This cursor is damaged. Start again without it."), "cursor")
        shown = read_page(
            actor=self.actor, force=self.force, wanted=wanted, before=int(cursor) if cursor else None,
            size=limit_of(request.query_params),
        )  # fmt: skip
        items = EntryOut(shown.entries, many=True, context={"leaves": shown.leaves}).data
        following = next_address(request.path, request.query_params, str(shown.next or ""))
        return Response({"items": items, "next": following})


class Entry(BookView):
    """One line of the book."""

    @extend_schema(responses=EntryWithProof)
    def get(self, request: Request, entry_id: int) -> Response:
        """Show one entry with the proof of its place."""
        entry = read_entry(actor=self.actor, entry_id=entry_id)
        proof = proof_of(entry, slug=self.force.slug)
        leaves = {entry.pk: (proof.place, not proof.is_altered)} if proof else {}
        return self.shown(EntryWithProof(entry, context={"leaves": leaves, "proof": proof}))


class Checkpoints(BookView):
    """The signed checkpoints; whoever keeps them can show later that the book was another."""

    @extend_schema(responses=CheckpointOut(many=True))
    def get(self, request: Request) -> Response:
        """List checkpoints, newest first."""
        require(self.actor, VIEW_AUDIT)
        return self.page(checkpoints_for(self.actor), CheckpointOut, order=("-size",))


class Verification(BookView):
    """Going through the whole book."""

    @extend_schema(request=None, responses=StandingOut)
    def post(self, request: Request) -> Response:
        """Verify the whole book now; for a million entries this takes a while."""
        return self.shown(StandingOut(verify_now(actor=self.actor, force=self.force)))


class Exports(BookView):
    """Signed exports."""

    @extend_schema(responses=ExportOut(many=True))
    def get(self, request: Request) -> Response:
        """List exports, newest first."""
        require(self.actor, VIEW_AUDIT)
        return self.page(exports_for(self.actor), ExportOut, order=("-asked_at", "id"))

    @extend_schema(request=ExportIn, responses={201: ExportOut})
    def post(self, request: Request) -> Response:
        """Order an export. A small one is ready in the answer; ask for a large one until its state is `ready`."""
        body = self.read(ExportIn)
        export = ask_export(
            actor=self.actor, wanted=self.wanted(body), whole=body["whole"], force=self.force, now=clock.now(),
            without=body.get("without", ()), reason=body.get("reason", ""),
        )  # fmt: skip
        start_export(export, actor=self.actor, force=self.force)
        export.refresh_from_db()
        return self.created(ExportOut(export), location=f"/api/v1/audit/exports/{export.pk}/")


class Export(BookView):
    """One export."""

    @extend_schema(responses=ExportOut)
    def get(self, request: Request, export_id: UUID) -> Response:
        """Show how far an export has come."""
        require(self.actor, VIEW_AUDIT)
        export = exports_for(self.actor).filter(pk=export_id).first()
        if export is None:
            raise Missing(_("There is no such export."))
        return self.shown(ExportOut(progress_of(export)))


class ExportFile(BookView):
    """The archive of an export."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, export_id: UUID) -> FileResponse:
        """Fetch the archive; that it was fetched is an entry."""
        export, file = fetch_export(actor=self.actor, export_id=export_id)
        return FileResponse(
            file.open("rb"), as_attachment=True, filename=str(export), content_type="application/zip"
        )


routes: list[URLPattern] = [
    path("audit/entries/", Entries.as_view(), name="audit_entries"),
    path("audit/entries/<int:entry_id>/", Entry.as_view(), name="audit_entry"),
    path("audit/checkpoints/", Checkpoints.as_view(), name="audit_checkpoints"),
    path("audit/verifications/", Verification.as_view(), name="audit_verifications"),
    path("audit/exports/", Exports.as_view(), name="audit_exports"),
    path("audit/exports/<uuid:export_id>/", Export.as_view(), name="audit_export"),
    path("audit/exports/<uuid:export_id>/file/", ExportFile.as_view(), name="audit_export_file"),
]
