"""Begins an installation: ``manage.py create_force SLUG NAME --admin USERNAME``."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from accounts.actions.organisation import add_user, create_force, grant_role
from accounts.models import Role, Unit
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.tenancy import acting_for


class Command(BaseCommand):
    """A force with its first central admin, who connects accounts and adds everybody else."""

    help = "Create a force and its first central comms admin; the password is asked for, or read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be said on the command line."""
        parser.add_argument("slug", help="a short name for addresses and files, such as west-midlands")
        parser.add_argument("name", help="the force's name")
        parser.add_argument("--admin", required=True, help="the username of the first central admin")
        parser.add_argument("--timezone", default="Europe/London")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create both, or nothing."""
        password = self._password()
        try:
            with transaction.atomic():
                force = create_force(slug=options["slug"], name=options["name"], timezone=options["timezone"])
                with acting_for(force.pk):
                    system = Actor.clock(force.pk)
                    admin = add_user(
                        actor=system, username=options["admin"], password_hash=make_password(password)
                    )
                    grant_role(
                        actor=system,
                        user=admin,
                        unit=Unit.objects.get(parent=None),
                        role=Role.objects.get(slug=Role.CENTRAL_ADMIN),
                        now=clock.now(),
                        reason="First admin of the force",
                    )
        except IntegrityError:
            raise CommandError(
                "There is a force of that short name, or a user of that name, already."
            ) from None
        self.stdout.write(f"{options['name']} is there; sign in as {options['admin']}.")

    def _password(self) -> str:
        interactive = sys.stdin.isatty()
        password = getpass.getpass("Password: ") if interactive else sys.stdin.readline().rstrip("\n")
        if interactive and getpass.getpass("Again: ") != password:
            raise CommandError("The two passwords differ.")
        try:
            validate_password(password)
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        return password
