"""Runs the vault: `manage.py opener`."""

import os
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.vault.hardening import forbid_looking_in
from accounts.vault.key_files import KeyFile, KeyFileMissing, make_missing_keys, origin_public_key, read_key
from accounts.vault.keys import LocalRootKey, RootKeyRing
from accounts.vault.opener import AlreadyRunning, OpenerServer, Vault


class Command(BaseCommand):
    """The process that opens credentials for workers with a live lease."""

    help = "Open credentials for workers over a Unix socket; the only process with the root key."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be said on the command line."""
        parser.add_argument("--make-keys", action="store_true", help="make the key files that are missing, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        try:
            made = make_missing_keys() if options["make_keys"] else []
            for path in made:
                self.stdout.write(f"Made {path}.")
            if not options["make_keys"]:
                self._serve()
        except (KeyFileMissing, AlreadyRunning) as error:
            raise CommandError(str(error)) from None

    def _serve(self) -> None:
        forbid_looking_in()
        make_missing_keys_for_a_private_installation()
        ring = RootKeyRing(LocalRootKey(read_key(KeyFile.ROOT)))
        vault = Vault(database_url=settings.DATABASE_URL_OPENER, ring=ring, origin=origin_public_key())
        server = OpenerServer(Path(settings.OPENER_SOCKET), vault, welcome=welcome_users())
        asked_to_stop = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            asked_to_stop.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        server.serve_in_background()
        try:
            made = vault.make_missing_keys()
            self.stdout.write(f"The vault is ready on {settings.OPENER_SOCKET}; {made} new force keys.")
        except psycopg2.Error:
            # The database may still be starting, or not be migrated yet: keys are made when they are asked for.
            self.stdout.write(f"The vault waits for its database; it answers on {settings.OPENER_SOCKET}.")
        asked_to_stop.wait()
        server.close()


def make_missing_keys_for_a_private_installation() -> None:
    """Where no key file is named by the administrator, this installation makes its own."""
    if not any(os.environ.get(which.value[0]) for which in KeyFile if which is not KeyFile.ROOT):
        make_missing_keys()


def welcome_users() -> frozenset[int]:
    """The user ids besides our own that may call: HQDASH_OPENER_CLIENTS, with commas between them."""
    named = os.environ.get("HQDASH_OPENER_CLIENTS", "")
    try:
        return frozenset(int(uid) for uid in named.split(",") if uid.strip())
    except ValueError:
        raise CommandError(f"HQDASH_OPENER_CLIENTS is {named!r}; write user ids with commas between them.") from None
