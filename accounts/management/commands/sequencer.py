"""Follows the audit log and signs it: `manage.py sequencer`."""

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.audit.checking import anchors
from accounts.audit.sequencer import Sequencer
from accounts.vault.key_files import KeyFileMissing, book_key


class Command(BaseCommand):
    """The process that gives every entry its place and signs checkpoints."""

    help = "Put the entries of the audit log into their trees and sign them, twice a second."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be said on the command line."""
        parser.add_argument("--once", action="store_true", help="do what is waiting, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Follow until SIGTERM or Ctrl-C."""
        try:
            key = book_key()
        except KeyFileMissing as error:
            raise CommandError(str(error)) from None
        sequencer = Sequencer(
            database_url=settings.DATABASE_URL_OPENER,
            key=key,
            anchors=anchors(every=0 if options["once"] else 10),
        )
        if options["once"]:
            self.stdout.write(f"{sequencer.run_once()} entries have got their place.")
        else:
            sequencer.run(until_asked_to_stop())
        sequencer.close()


def until_asked_to_stop() -> threading.Event:
    """Is set by SIGTERM and Ctrl-C."""
    asked = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        asked.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return asked
