"""An entry counts only where it is meant to."""

from __future__ import annotations

from dataclasses import replace

from moderation.screening.compiled import RuleSet
from moderation.screening.scope import Place, Scope
from moderation.screening.screen import screen
from tests.moderation.screening.conftest import entry

EVERYWHERE = entry("muppet")


def test_an_entry_without_a_scope_counts_everywhere() -> None:
    assert screen("muppet", RuleSet([EVERYWHERE])).findings
    assert screen("muppet", RuleSet([EVERYWHERE]), place=Place(network="x")).findings


def test_a_scope_narrows_to_network_surface_and_unit() -> None:
    scope = Scope(networks=frozenset({"x"}), surfaces=frozenset({"comment"}), units=frozenset({"solihull"}))
    rules = RuleSet([replace(EVERYWHERE, scope=scope)])
    there = Place(network="x", surface="comment", units=frozenset({"team-3", "solihull", "force"}))

    assert screen("muppet", rules, place=there).findings
    for elsewhere in (
        replace(there, network="facebook"),
        replace(there, surface="message"),
        replace(there, units=frozenset({"team-9", "force"})),
    ):
        assert screen("muppet", rules, place=elsewhere).is_clean
    assert screen("mupp3t", rules, place=there).findings
