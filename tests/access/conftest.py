"""The house of the sweep, built once for a file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from hqdash.base.tenancy import acting_for
from tests.access.house import PATIENT, House, build


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """Every question is undone after it, so that all find the same house."""
    # However long the sweep takes, everybody's proof stays fresh: who may come in is asked, not how long ago.
    with django_db_blocker.unblock(), override_settings(**PATIENT), transaction.atomic():
        made = build()
        with acting_for(made.cast.force.pk):
            yield made
        transaction.set_rollback(True)
