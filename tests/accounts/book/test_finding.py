"""Words and filters find what they should, at once, and never another force's."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from accounts.audit.reading import Wanted, entries_by_id, find
from accounts.audit.sequencer import Sequencer
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable
from hqdash.base.tenancy import acting_for
from tests.accounts.book.conftest import act
from tests.cast import Cast, Person

LONDON = ZoneInfo("Europe/London")


def reasons(reader: Person, **filters: str) -> list[str]:
    ids = find(reader.actor, Wanted(**filters), zone=LONDON, most=50)
    return [entry.reason for entry in entries_by_id(ids) if entry.action == "channel.state_changed"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("pelican", True), ("PELICAN", True), ("peli", True), ("pelican crossing", True), ("crossing.pelican", True),
        ("elican", False), ("pelican zeppelin", False), ("o'connor", True), ("connor", True), ("ü", True),
        ("'", False), ("& | !", False), ("\\", False), ("zz:* & b", False), ("x" * 300, False),
    ],
)  # fmt: skip
def test_words_are_found_before_and_after_they_have_their_place(
    book: None, committed_cast: Cast, sequencer: Sequencer, q: str, found: bool
) -> None:
    act(committed_cast, "a pelican crossing at O'Connor's, überholt")

    for _moment in ("written", "placed"):
        assert bool(reasons(committed_cast.auditor, q=q)) is found, _moment
        sequencer.run_once()


def test_words_go_together_with_every_other_filter(
    book: None, committed_cast: Cast, sequencer: Sequencer
) -> None:
    act(committed_cast, "a pelican", by="press")
    act(committed_cast, "another pelican", by="desk")
    sequencer.run_once()
    auditor = committed_cast.auditor

    assert reasons(auditor, q="pelican", person="press.03") == ["a pelican"]
    assert reasons(auditor, q="pelican", account="Coventry", unit="LPU/CV") == [
        "another pelican",
        "a pelican",
    ]
    assert reasons(auditor, q="pelican", unit="LPU/DY") == []
    assert reasons(auditor, q="pelican", action="channels", since="2020-01-01") == [
        "another pelican",
        "a pelican",
    ]
    assert reasons(auditor, q="pelican", until="2020-01-01") == []
    assert reasons(auditor, object="coventry demo", person="press.03")[0] == "a pelican"


def test_a_unit_is_named_by_its_id_its_code_or_its_name(book: None, committed_cast: Cast) -> None:
    found = {
        len(reasons(committed_cast.auditor, unit=unit))
        for unit in ("LPU/CV", "coventry", str(committed_cast.coventry.pk))
    }

    assert found == {20}
    with pytest.raises(Unprocessable, match="no unit “nowhere”"):
        reasons(committed_cast.auditor, unit="nowhere")


def test_another_force_finds_nothing_of_ours(book: None, committed_cast: Cast, sequencer: Sequencer) -> None:
    act(committed_cast, "a pelican")
    sequencer.run_once()

    system = committed_cast.stranger
    with acting_for(committed_cast.other_force.pk):
        clock = Actor.clock(system.user.force_id)
        assert find(clock, Wanted(q="pelican"), zone=LONDON, most=50) == []
        assert find(clock, Wanted(account=str(committed_cast.x.pk)), zone=LONDON, most=50) == []
