"""Verifies the audit log: `manage.py audit verify`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit.checking import verify_force
from accounts.audit.notes import BadNote, Verifier, split_notes
from accounts.audit.verify import Report
from accounts.models import Force
from hqdash.base.tenancy import across_forces


class Command(BaseCommand):
    """Says whether the book is what was written, and if not, what does not fit."""

    help = "Check every entry of the audit log against its signed checkpoints; exit code 1 when it was tampered with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be said on the command line."""
        parser.add_argument("what", choices=["verify"])
        parser.add_argument("--force", metavar="SLUG", help="only the book of this force")
        parser.add_argument(
            "--checkpoints", type=Path, metavar="FILE", help="checkpoints kept outside by you"
        )
        parser.add_argument(
            "--key", type=Path, metavar="FILE", help="the key that you were given for the book"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, and end with 1 when something does not fit."""
        if (options["checkpoints"] or options["key"]) and not options["force"]:
            raise CommandError("Say with --force whose checkpoints or key these are.")
        try:
            outside = split_notes(options["checkpoints"].read_text()) if options["checkpoints"] else None
            key = Verifier.from_text(options["key"].read_text()) if options["key"] else None
        except (OSError, BadNote) as error:
            raise CommandError(str(error)) from None
        with across_forces(reason="verification of the audit log"):
            forces = list(Force.objects.order_by("slug"))
        if options["force"]:
            forces = [force for force in forces if force.slug == options["force"]]
            if not forces:
                raise CommandError(f"There is no force “{options['force']}”.")
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
            return
        self.stdout.write(f"{report.force}: BROKEN, {report.entries:,} entries{waiting}.")
        for problem in report.problems:
            self.stdout.write(f"  {problem.sentence}")
