"""Fills an empty installation with the demo: ``manage.py seed_demo [--print-accounts]``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.vault.errors import VaultError
from hqdash.demo.seed import demo_password, seed_demo

WHO = (
    ("press.03", "duty press officer: posts to all 99 accounts"),
    ("pc.4501", "neighbourhood officer: posts to one team's account"),
    ("mod.01", "moderator: the review queue"),
    ("admin.comms01", "central comms admin: accounts and their health; cannot post"),
    ("psd.01", "auditor: reads everything, changes nothing"),
    ("fen.press01", "another force's press officer: sees nothing of the first"),
)


class Command(BaseCommand):
    """Two forces to try HQ Dash with; running it again changes nothing."""

    help = "Fill an empty installation with two forces, their people and practice accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be said on the command line."""
        parser.add_argument(
            "--print-accounts", action="store_true", help="print as the last line who can sign in, as JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and say who can sign in."""
        if not settings.SANDBOX_URL:
            raise CommandError(
                "The demo needs the practice networks: set HQDASH_SANDBOX_URL, or use `make demo`."
            )
        try:
            seed_demo(say=self._say)
        except requests.RequestException as problem:
            raise CommandError(
                f"The practice networks at {settings.SANDBOX_URL} do not answer ({type(problem).__name__}). "
                "Start them with `python -m hqdash.sandbox`, or use `make demo`."
            ) from None
        except VaultError as problem:
            raise CommandError(problem.sentence) from None
        if options["print_accounts"]:
            password = demo_password()
            people = [{"username": name, "what": what, "password": password} for name, what in WHO]
            self.stdout.write(json.dumps(people))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
