"""Looks after the vault's keys: `manage.py vault status|rotate|forget|keep-app`."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.actions.network_apps import keep_app
from accounts.models import Force
from accounts.vault import drawer
from accounts.vault.caller import ask
from accounts.vault.errors import VaultClosed
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Refusal
from hqdash.base.tenancy import across_forces, acting_for


class Command(BaseCommand):
    """The service runs on while the vault is rotated."""

    help = "Say how the vault stands, seal everything with new keys, or forget a former root key."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be said on the command line."""
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("status", help="which keys are here, what needs which, and what is missing")
        rotate = what.add_parser(
            "rotate", help="new keys for the forces, and everything sealed again with them"
        )
        rotate.add_argument("--force", metavar="SLUG", help="this force alone")
        rotate.add_argument("--new-root", action="store_true", help="make a new root key as well")
        rotate.add_argument(
            "--wrap-again",
            action="store_true",
            help="only wrap with the present root key what a former one wraps",
        )
        rotate.add_argument(
            "--go-on", action="store_true", help="make no new keys; finish a rotation that was cut off"
        )
        forget = what.add_parser("forget", help="delete a former root key that nothing needs any more")
        forget.add_argument("root_key_id")
        app = what.add_parser(
            "keep-app", help="put a network app into the vault; the client secret is read from standard input"
        )
        app.add_argument("--force", metavar="SLUG", required=True)
        app.add_argument("network")
        app.add_argument("client_id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say in one sentence why not."""
        try:
            getattr(self, f"_{options['what'].replace('-', '_')}")(options)
        except (VaultClosed, Refusal) as problem:
            raise CommandError(problem.sentence) from None

    def _status(self, options: dict[str, Any]) -> None:
        standing = ask({"op": "status"})
        needed = {root["root_key_id"]: root for root in standing["roots"]}
        for root_key_id in standing["ring"]:
            root = needed.pop(root_key_id, None)
            use = (
                f"wraps {root['force_keys']} keys, {root['credentials']} credentials"
                if root
                else "not needed"
            )
            kind = "present" if root_key_id == standing["present"] else "former"
            self.stdout.write(f"root key {root_key_id}  {kind:7}  {use}")
        for force in standing["forces"]:
            left = force["under_earlier_keys"]
            note = (
                f", {left} still under an earlier key: run “manage.py vault rotate --go-on”" if left else ""
            )
            self.stdout.write(
                f"force {force['slug']}: key {force['epoch']}, {force['credentials']} credentials{note}"
            )
        if standing["missing"]:
            raise CommandError("\n".join(standing["missing"]))

    def _rotate(self, options: dict[str, Any]) -> None:
        forces = self._forces(options["force"])
        began = time.perf_counter()
        if options["new_root"]:
            answer = ask({"op": "new_root"})
            self.stdout.write(
                f"The root key is now {answer['present']}; {answer['wrapped_again']} keys wrapped again. "
                "Back it up before you forget the former one."
            )
        elif options["wrap_again"]:
            self.stdout.write(f"{ask({'op': 'wrap_again'})['wrapped_again']} keys wrapped again.")
        if options["wrap_again"]:
            return
        total = 0
        for force in forces:
            sealed = drawer.seal_again(force.pk) if options["go_on"] else drawer.rotate(force.pk)
            total += sealed
            self.stdout.write(f"{force.slug}: {sealed} credentials sealed again.")
        self.stdout.write(f"{total} in {time.perf_counter() - began:.1f} s.")

    def _forget(self, options: dict[str, Any]) -> None:
        path = ask({"op": "forget_root", "root": options["root_key_id"]})["forgotten"]
        self.stdout.write(f"Deleted {path}. Delete its copies too.")

    def _keep_app(self, options: dict[str, Any]) -> None:
        force = self._forces(options["force"])[0]
        secret = os.environ.get("HQDASH_CLIENT_SECRET", "") or sys.stdin.readline()
        with acting_for(force.pk):
            keep_app(
                actor=Actor.clock(force.pk),
                network=options["network"],
                client_id=options["client_id"],
                client_secret=secret.strip(),
                now=clock.now(),
            )
        self.stdout.write(f"The {options['network']} app of {force.slug} is in the vault.")

    def _forces(self, slug: str | None) -> list[Force]:
        with across_forces(reason="manage.py vault"):
            found = Force.objects.order_by("slug")
            forces = list(found.filter(slug=slug) if slug else found)
        if slug and not forces:
            raise CommandError(f"There is no force {slug!r} on {settings.DATABASES['default']['NAME']}.")
        return forces
