"""Runs the vault: `manage.py opener`."""

import os
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.audit.checking import anchors
from accounts.audit.sequencer import Sequencer
from accounts.management.commands.sequencer import until_asked_to_stop
from accounts.vault.hardening import forbid_looking_in
from accounts.vault.key_files import (
    KeyFileMissing,
    book_key,
    make_missing_keys,
    origin_public_key,
)
from accounts.vault.needs import roots_needed
from accounts.vault.opener import AlreadyRunning, OpenerServer
from accounts.vault.root_keys import load_ring
from accounts.vault.vault import Vault


class Command(BaseCommand):
    """The process that opens credentials for workers with a live lease."""

    help = "Open credentials for workers over a Unix socket; the only process with the root key."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be said on the command line."""
        parser.add_argument("--make-keys", action="store_true", help="make the missing key files, and end")
        parser.add_argument(
            "--sequencer", action="store_true", help="follow the audit log too, in the same process"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        try:
            made = make_missing_keys() if options["make_keys"] else []
            for path in made:
                self.stdout.write(f"Made {path}.")
            if not options["make_keys"]:
                self._serve(with_sequencer=options["sequencer"])
        except KeyFileMissing as error:
            raise CommandError(f"{error}{what_needs_it()}") from None
        except AlreadyRunning as error:
            raise CommandError(str(error)) from None

    def _serve(self, *, with_sequencer: bool) -> None:
        forbid_looking_in()
        vault = Vault(database_url=settings.DATABASE_URL_OPENER, ring=load_ring(), origin=origin_public_key())
        server = OpenerServer(Path(settings.OPENER_SOCKET), vault, welcome=welcome_users())
        asked_to_stop = until_asked_to_stop()
        server.serve_in_background()
        try:
            made = vault.make_missing_keys()
            self.stdout.write(f"The vault is ready on {settings.OPENER_SOCKET}; {made} new force keys.")
            # It serves all others meanwhile: one missing key must not close the whole vault.
            for sentence in vault.status()["missing"]:
                self.stderr.write(sentence)
        except psycopg2.Error:
            # The database may still be starting, or not be migrated yet: keys are also made on demand.
            self.stdout.write(f"The vault waits for its database; it answers on {settings.OPENER_SOCKET}.")
        if with_sequencer:
            follow_the_book(asked_to_stop)
        else:
            asked_to_stop.wait()
        server.close()


def what_needs_it() -> str:
    """Which root keys the database needs and for how many credentials; empty when it does not tell."""
    try:
        with psycopg2.connect(settings.DATABASE_URL_OPENER, connect_timeout=3) as connection:
            needed = roots_needed(connection.cursor())
        connection.close()
    except psycopg2.Error:
        return ""
    return "".join(
        f"\n{root.credentials} credentials of {root.forces} forces need the root key {root.root_key_id}."
        for root in needed
    )


def follow_the_book(asked_to_stop: threading.Event) -> None:
    """Be the sequencer until told to stop."""
    sequencer = Sequencer(database_url=settings.DATABASE_URL_OPENER, key=book_key(), anchors=anchors())
    sequencer.run(asked_to_stop)
    sequencer.close()


def welcome_users() -> frozenset[int]:
    """The user ids besides our own that may call: HQDASH_OPENER_CLIENTS, with commas between them."""
    named = os.environ.get("HQDASH_OPENER_CLIENTS", "")
    try:
        return frozenset(int(uid) for uid in named.split(",") if uid.strip())
    except ValueError:
        raise CommandError(
            f"HQDASH_OPENER_CLIENTS is {named!r}; write user ids with commas between them."
        ) from None
