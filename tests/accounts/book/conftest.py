"""A book with some acts in it, its sequencer, and exports in a folder of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache

from accounts.actions.book_exports import ask_export, build_export, file_of, finish_export
from accounts.audit.anchors import Anchors
from accounts.audit.book import record
from accounts.audit.reading import Wanted
from accounts.audit.sequencer import Sequencer
from accounts.audited import CHANNEL_STATE_CHANGED
from accounts.models import AuditExport
from accounts.vault.key_files import book_key
from hqdash.base import clock
from tests.cast import Cast
from tests.vault import opener_url


@pytest.fixture(autouse=True)
def _small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight entries to a file, so that a short book has several."""
    for module in ("proofs", "building", "rows"):
        monkeypatch.setattr(f"accounts.audit.export.{module}.CHUNK", 8)
    cache.clear()


@pytest.fixture
def anchors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Anchors:
    monkeypatch.setenv("HQDASH_CHECKPOINTS", str(tmp_path / "kept"))
    monkeypatch.setenv("HQDASH_EXPORTS", str(tmp_path / "exports"))
    return Anchors(tmp_path / "kept", every=0)


@pytest.fixture
def sequencer(committed_cast: Cast, anchors: Anchors) -> Iterator[Sequencer]:
    sequencer = Sequencer(database_url=opener_url(), key=book_key(), anchors=anchors)
    sequencer.run_once()
    yield sequencer
    sequencer.close()


def act(cast: Cast, reason: str, *, by: str = "desk", after: str = "suspended") -> None:
    record(
        getattr(cast, by).actor, CHANNEL_STATE_CHANGED, cast.x, reason=reason, before="connected", after=after
    )


@pytest.fixture
def book(sequencer: Sequencer, committed_cast: Cast) -> None:
    """Twenty acts, signed in five checkpoints."""
    for number in range(20):
        act(committed_cast, f"act {number}", by="desk" if number % 3 else "press")
        if number % 4 == 3:
            sequencer.run_once()


def exported(
    cast: Cast,
    sequencer: Sequencer,
    *,
    whole: bool = True,
    wanted: Wanted | None = None,
    without: tuple[str, ...] = (),
) -> tuple[AuditExport, Path]:
    """An export of the auditor, from the order to the finished file."""
    actor = cast.auditor.actor
    export = ask_export(
        actor=actor, wanted=wanted or Wanted(), whole=whole, force=cast.force, now=clock.now(),
        without=without, reason="PSD/2026/17",
    )  # fmt: skip
    assert build_export(actor=actor, export_id=export.pk, force=cast.force, now=clock.now())
    sequencer.run_once()
    assert finish_export(actor=actor, export_id=export.pk, now=clock.now())
    export.refresh_from_db()
    return export, file_of(export)
