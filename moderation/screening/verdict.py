"""Weighs what was found: precedence, vetoes for criticism, caps by view and by category."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.screening.categories import ALERTING, PRECEDENCE, PROTECTED, Action, Category, most_that
from moderation.screening.entries import Entry
from moderation.screening.explanation import Excused, Finding, Verdict
from moderation.screening.views import MOST_THAT_A_VIEW_MAY_DO, ViewName

CLEAN = Verdict(
    action=Action.NONE,
    category=None,
    severity=0,
    alerts=(),
    categories=(),
    findings=(),
    excused=(),
    vetoed_by=None,
    reason="Nothing found.",
)
"""Most texts, most of the time: one verdict for all of them."""


def action_of(entry: Entry, view: ViewName) -> Action:
    """What a finding may lead to: never more than its view and its category allow."""
    return min(entry.action, MOST_THAT_A_VIEW_MAY_DO[view], most_that(entry.category))


def judge(findings: Sequence[Finding], excused: Sequence[Excused] = ()) -> Verdict:
    """One verdict over everything that was found in one text."""
    if not findings and not excused:
        return CLEAN
    categories = tuple(sorted({finding.category for finding in findings}, key=PRECEDENCE.__getitem__))
    vetoed_by = _veto(findings)
    action = max((finding.action for finding in findings), default=Action.NONE)
    if vetoed_by:
        action = min(action, Action.REVIEW)
    return Verdict(
        action=action,
        category=categories[0] if categories else None,
        severity=max((finding.severity for finding in findings), default=0),
        alerts=tuple(
            category
            for category in categories
            if category in ALERTING
            or any(found.asked is Action.ALERT for found in findings if found.category is category)
        ),
        categories=categories,
        findings=tuple(sorted(findings, key=lambda found: (PRECEDENCE[found.category], found.start))),
        excused=tuple(excused),
        vetoed_by=vetoed_by,
        reason=_reason(action, findings, vetoed_by),
    )


def _veto(findings: Sequence[Finding]) -> Category | None:
    """The protected category that forbids a hide which would rest on abuse alone."""
    hiding = {finding.category for finding in findings if finding.action >= Action.HIDE}
    if hiding != {Category.ABUSE}:
        return None
    protecting = {finding.category for finding in findings} & PROTECTED
    return min(protecting, key=PRECEDENCE.__getitem__, default=None)


def _reason(action: Action, findings: Sequence[Finding], vetoed_by: Category | None) -> str:
    """The verdict in one plain sentence."""
    if vetoed_by:
        return "Criticism of the force in strong words: a person decides, nothing is hidden by itself."
    deciding = [finding for finding in findings if finding.action is action]
    if not deciding:
        return "Nothing found."
    first = min(deciding, key=lambda found: (PRECEDENCE[found.category], found.start))
    what = first.category.value.replace("_", " ").capitalize()
    return f"{what}: {first.version_label}"
