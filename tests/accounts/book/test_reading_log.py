"""Reading something sensitive stands in the book, once for each look and not for each reload."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.cache import cache
from django.db import transaction

from accounts.audit.reading_log import note_read
from accounts.audited import BOOK_READ
from accounts.models import AuditEntry
from tests.cast import Cast


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


def readings() -> int:
    return AuditEntry.objects.filter(action=BOOK_READ.name).count()


def test_a_reload_is_not_another_reading(committed_cast: Cast) -> None:
    reader = replace(committed_cast.auditor.actor, session="ab12")

    assert note_read(reader, BOOK_READ, committed_cast.x)
    assert not note_read(reader, BOOK_READ, committed_cast.x)

    assert readings() == 1


def test_another_session_another_thing_and_another_filter_are(committed_cast: Cast) -> None:
    reader = replace(committed_cast.auditor.actor, session="ab12")
    note_read(reader, BOOK_READ, committed_cast.x)

    assert note_read(replace(reader, session="cd34"), BOOK_READ, committed_cast.x)
    assert note_read(reader, BOOK_READ, committed_cast.facebook)
    assert note_read(reader, BOOK_READ, committed_cast.x, filters={"person": "pc.4512"})
    assert note_read(reader, BOOK_READ, committed_cast.x, once_per=0)


def test_a_page_that_failed_was_not_read(committed_cast: Cast) -> None:
    reader = committed_cast.auditor.actor
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        note_read(reader, BOOK_READ, committed_cast.x)
        raise ZeroDivisionError

    assert note_read(reader, BOOK_READ, committed_cast.x)
    assert readings() == 1
