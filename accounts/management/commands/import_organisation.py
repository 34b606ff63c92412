"""Imports units, people, accounts and roles from the shell: ``manage.py import_organisation FILE --force SLUG``."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actions.importing import import_organisation, preview_import
from accounts.importing.reading import GivenFile
from accounts.importing.steps import Choices, Plan
from accounts.models import Force, User
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Refusal
from hqdash.base.tenancy import across_forces, acting_for

SHOWN = 40
"""So many steps and problems are printed; the rest are counted."""


class Command(BaseCommand):
    """Shows what files would change in a force; with --apply, changes it."""

    help = "Preview what CSV or JSON files would change in a force, and change it with --apply."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be said on the command line."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--force", required=True, metavar="SLUG", help="the short name of the force")
        parser.add_argument("--apply", action="store_true", help="change the force, after the same preview")
        parser.add_argument(
            "--by",
            metavar="USERNAME",
            help="the administrator in whose name the change of rights is proposed",
        )
        parser.add_argument(
            "--role",
            action="append",
            default=[],
            metavar="NAME=TIER",
            help="the tier that an unknown role stands for; NAME= leaves its rows out",
        )
        parser.add_argument(
            "--network",
            action="append",
            default=[],
            metavar="NAME=NETWORK",
            help="another network for an unknown one; NAME= leaves its accounts out",
        )
        parser.add_argument(
            "--with-missing", action="store_true", help="close units and end roles that the files do not name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Preview, and import if that is wanted and nothing is wrong."""
        with across_forces(reason="which force is imported into"):
            force = Force.objects.filter(slug=options["force"]).first()
        if force is None:
            raise CommandError(f"There is no force with the short name {options['force']}.")
        with acting_for(force.pk):
            try:
                self._import(self._actor(force, options["by"]), options)
            except Refusal as refusal:
                raise CommandError(refusal.sentence) from None

    def _import(self, actor: Actor, options: dict[str, Any]) -> None:
        files = [_read(path) for path in options["files"]]
        choices = Choices(
            roles=_pairs("--role", options["role"]),
            networks=_pairs("--network", options["network"]),
            with_missing=options["with_missing"],
        )
        plan = preview_import(actor=actor, files=files, choices=choices, now=clock.now())
        self._show(plan)
        if plan.problems:
            raise CommandError("Nothing was imported. Correct the files, and try again.")
        if not options["apply"]:
            self.stdout.write("Nothing was changed. Add --apply to import this.")
            return
        done = import_organisation(
            actor=actor, files=files, choices=choices, digest=plan.digest, now=clock.now()
        )
        self.stdout.write(f"Done: {done.done}.")
        if done.proposed and actor.is_person:
            self.stdout.write(
                f"{done.proposed} changes of rights wait among the changes of {actor.username}: propose them on the "
                "page Organisation and tiers, and let a second administrator put them into force."
            )
        elif done.proposed:
            self.stdout.write(f"Rights given or changed: {done.proposed}.")

    def _show(self, plan: Plan) -> None:
        for note in plan.notes:
            self.stdout.write(f"Note: {note}")
        steps = (
            f"{step.subject} {step.verb}: {step.label}"
            + (f" ({step.before} > {step.after})" if step.before or step.after else "")
            + (" *" if step.needs_second else "")
            for step in plan.everything
        )
        self._some(list(steps), "more steps")
        if plan.for_second:
            self.stdout.write("* changes what people may do")
        for subject, number in plan.unchanged.items():
            self.stdout.write(f"{subject}: {number} unchanged")
        if plan.missing and not plan.choices.with_missing:
            self.stdout.write(f"Not named by the files, and left as they are: {len(plan.missing)}")
        if plan.gone:
            self.stdout.write(f"People whom the files do not name: {', '.join(plan.gone[:SHOWN])}")
        if plan.is_empty and not plan.problems:
            self.stdout.write("Nothing changes.")
        self._some([f"PROBLEM {problem}" for problem in plan.problems], "more problems")

    def _some(self, lines: list[str], rest: str) -> None:
        for line in lines[:SHOWN]:
            self.stdout.write(line)
        if len(lines) > SHOWN:
            self.stdout.write(f"... and {len(lines) - SHOWN} {rest}")

    def _actor(self, force: Force, username: str | None) -> Actor:
        if not username:
            return Actor.clock(force.pk)
        with acting_for(force.pk):
            user = User.objects.filter(username__iexact=username, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody called {username} works in {force.name}.")
        return Actor(force_id=force.pk, user_id=user.pk, username=user.username)


def _read(path: Path) -> GivenFile:
    try:
        return GivenFile(path.name, path.read_bytes())
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}.") from None


def _pairs(option: str, given: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise CommandError(f"{option} wants NAME=VALUE, not {pair}.")
        pairs[name] = value
    return pairs
