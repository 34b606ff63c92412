"""Locks a force down from the server: needs the database, and nothing else of the product."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actions.lockdown import lock_outbound
from accounts.models import Force, User
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Refusal
from hqdash.base.tenancy import across_forces, acting_for


class Command(BaseCommand):
    help = "Stop everything that a force sends, and end all its sessions. Two people unlock it on the page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", required=True, metavar="SLUG", help="the force, such as west-midlands")
        parser.add_argument("--reason", required=True, help="a few words; everybody of the force reads them")
        parser.add_argument("--by", default="", metavar="USERNAME", help="who does it, for the audit log")

    def handle(self, *, force: str, reason: str, by: str, **_options: Any) -> None:
        with across_forces(reason="locking a force from the server"):
            found = {each.slug: each for each in Force.objects.order_by("slug")}
        if force not in found:
            raise CommandError(f"There is no force {force}. There are: {', '.join(found) or 'none'}.")
        chosen = found[force]
        with acting_for(chosen.pk):
            actor = self._actor(chosen, by)
            already = chosen.locked_at is not None
            try:
                lockdown = lock_outbound(actor=actor, reason=reason, now=clock.now())
            except Refusal as refusal:
                raise CommandError(refusal.sentence) from None
        at = lockdown.locked_at.astimezone(chosen.zone)
        if already:
            self.stdout.write(
                f"{chosen} is locked already, since {at:%H:%M on %-d %B} by {lockdown.locked_by}."
            )
        else:
            self.stdout.write(
                f"{chosen} is locked since {at:%H:%M on %-d %B}: nothing goes out any more, and "
                f"{lockdown.sessions_ended} sessions have ended. Two people unlock it at /lockdown/."
            )

    def _actor(self, force: Force, by: str) -> Actor:
        """The system, under the name of whoever stands at the server if they are one of the force's people."""
        if not by:
            return Actor.clock(force.pk)
        user = User.objects.filter(username__iexact=by, is_active=True).first()
        if user is None:
            raise CommandError(f"{by} does not sign in to {force}. Leave --by out to lock as the system.")
        return Actor(force_id=force.pk, user_id=user.pk, username=user.username, kind="clock")
