"""A worker that carries out one act, for a test that kills it in the middle."""

from __future__ import annotations

import os
import sys

import django


def main(force_id: str, act_id: str) -> None:
    """Run the task as Celery would."""
    # Not the settings of the test run: they would make new keys and another socket.
    os.environ["DJANGO_SETTINGS_MODULE"] = "hqdash.settings"
    django.setup()
    from moderation.tasks import carry_out

    carry_out(force_id=force_id, act_id=act_id)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
