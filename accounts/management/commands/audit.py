"""The audit log from the command line: verify it, export it, let it go on after a restore."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit.checking import verify_force
from accounts.audit.notes import BadNote, Verifier, split_notes
from accounts.audit.reading import Wanted
from accounts.audit.report import Report
from accounts.audit.restoring import accept_restore
from accounts.book_tasks import export_to
from accounts.models import Force
from hqdash.base.errors import Refusal
from hqdash.base.tenancy import across_forces, acting_for

FILTERS = ("person", "unit", "account", "action", "object", "since", "until", "q")


class Command(BaseCommand):
    """Says whether the book is what was written; takes entries out of it; accepts a loss."""

    help = (
        "verify: check every entry against its signed checkpoints (exit code 1 when it was tampered with). "
        "export: write a signed archive. accept-restore: let a stopped log go on, and say so in it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be said on the command line."""
        parser.add_argument("what", choices=["verify", "export", "accept-restore"])
        parser.add_argument("--force", metavar="SLUG", help="only the book of this force")
        parser.add_argument(
            "--checkpoints", type=Path, metavar="FILE", help="verify: checkpoints kept outside by you"
        )
        parser.add_argument(
            "--key", type=Path, metavar="FILE", help="verify: the key that you were given for the book"
        )
        parser.add_argument("--to", type=Path, metavar="FILE", help="export: the archive to write")
        parser.add_argument(
            "--selection", action="store_true", help="export: what the filters find, not the whole log"
        )
        parser.add_argument(
            "--without", action="append", default=[], metavar="PART",
            help="export: black this part out (who, what, when, from, object, place, reason, details, details/NAME)",
        )  # fmt: skip
        for name in FILTERS:
            parser.add_argument(f"--{name}", default="", help=f"export: only this {name}")
        parser.add_argument("--reason", default="", help="export, accept-restore: why; it stands in the log")
        parser.add_argument(
            "--confirm", default="", metavar="CODE", help="accept-restore: the code that was shown"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked for."""
        forces = self._forces(options["force"])
        match options["what"]:
            case "verify":
                self._verify(forces, options)
            case "export":
                self._export(forces, options)
            case "accept-restore":
                self._accept(forces, options)

    def _forces(self, slug: str | None) -> list[Force]:
        with across_forces(reason="the audit logs from the command line"):
            forces = list(Force.objects.order_by("slug"))
        if slug:
            forces = [force for force in forces if force.slug == slug]
            if not forces:
                raise CommandError(f"There is no force “{slug}”.")
        return forces

    def _only(self, forces: list[Force], slug: str | None) -> Force:
        if not slug:
            raise CommandError("Say with --force whose audit log this is about.")
        return forces[0]

    def _verify(self, forces: list[Force], options: dict[str, Any]) -> None:
        if options["checkpoints"] or options["key"]:
            self._only(forces, options["force"])
        try:
            outside = split_notes(options["checkpoints"].read_text()) if options["checkpoints"] else None
            key = Verifier.from_text(options["key"].read_text()) if options["key"] else None
        except (OSError, BadNote) as error:
            raise CommandError(str(error)) from None
        reports = [verify_force(force, verifier=key, outside=outside) for force in forces]
        for report in reports:
            self._tell(report)
        if not all(report.is_intact for report in reports):
            sys.exit(1)

    def _tell(self, report: Report) -> None:
        until = f"{report.verified_to:%d %b %Y %H:%M:%S %Z}" if report.verified_to else "the beginning"
        waiting = f"; {report.waiting} more wait for their place" if report.waiting else ""
        if report.is_intact:
            self.stdout.write(
                f"{report.force}: intact, verified to {until}, {report.entries:,} entries{waiting}."
            )
        else:
            self.stdout.write(f"{report.force}: BROKEN, {report.entries:,} entries{waiting}.")
        for problem in report.problems:
            self.stdout.write(f"  {problem.sentence}")
        for remark in report.remarks:
            self.stdout.write(f"  Note: {remark}")

    def _export(self, forces: list[Force], options: dict[str, Any]) -> None:
        force = self._only(forces, options["force"])
        if options["to"] is None:
            raise CommandError("Say with --to which file to write.")
        wanted = Wanted.from_query({name: options[name] for name in FILTERS})
        if wanted.given() and not options["selection"]:
            raise CommandError("Filters make a selection: add --selection.")
        try:
            with acting_for(force.pk):
                export = export_to(
                    options["to"], force=force, wanted=wanted, whole=not options["selection"],
                    without=options["without"], reason=options["reason"],
                )  # fmt: skip
        except (Refusal, OSError) as refusal:
            raise CommandError(getattr(refusal, "sentence", str(refusal))) from None
        self.stdout.write(f"{options['to']}: {export.done:,} entries, SHA-256 {export.file_sha256}.")

    def _accept(self, forces: list[Force], options: dict[str, Any]) -> None:
        force = self._only(forces, options["force"])
        outcome = accept_restore(force.pk, reason=options["reason"], code=options["confirm"])
        self.stdout.write(outcome.sentence)
        if not outcome.is_accepted:
            sys.exit(1)
