"""Gives a force a second administrator from its own server: ``manage.py add_administrator FORCE USERNAME``.

Changes of tiers take two. A force that has one left, or one only as yet, could never get the second by itself.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actions.organisation import grant_role
from accounts.models import Force, Role, Unit, User
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Refusal
from hqdash.base.tenancy import across_forces, acting_for

ROLES = {"comms": Role.CENTRAL_ADMIN, "it": Role.IT_ADMIN}


class Command(BaseCommand):
    """Somebody who is there already becomes an administrator; the audit log says that the server did it."""

    help = "Make somebody of a force an administrator when two are needed and there are not two."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be said on the command line."""
        parser.add_argument("force", help="the short name of the force")
        parser.add_argument("username", help="somebody who has been invited and has signed in")
        parser.add_argument("--tier", choices=sorted(ROLES), default="comms")
        parser.add_argument("--reason", required=True, help="why; it stands in the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        """Give the tier on the whole force, or say why not."""
        with across_forces(reason="an administrator is added from the server"):
            force = Force.objects.filter(slug=options["force"]).first()
        if force is None:
            raise CommandError(f"There is no force {options['force']}.")
        with acting_for(force.pk), transaction.atomic():
            user = User.objects.filter(username__iexact=options["username"]).first()
            if user is None:
                raise CommandError(
                    f"There is nobody called {options['username']} in {force}. Invite them first."
                )
            role = Role.objects.filter(slug=ROLES[options["tier"]], retired_at=None).first()
            if role is None:
                raise CommandError(f"{force} has retired that tier; choose the other one with --tier.")
            try:
                grant_role(
                    actor=Actor.clock(force.pk),
                    user=user,
                    unit=Unit.objects.get(parent=None),
                    role=role,
                    now=clock.now(),
                    reason=options["reason"],
                )
            except Refusal as refused:
                raise CommandError(refused.sentence) from None
        self.stdout.write(f"{user} is {role} of {force}.")
