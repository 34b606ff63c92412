"""Judges how a sign-in stands, from plain values: what the board says of it, why, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

URGENT_DAYS, WARNING_DAYS = 1, 14


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a sign-in."""

    state: str
    state_label: str
    state_reason: str
    state_since: datetime | None
    is_kept: bool
    ends_at: datetime | None = None
    left_to_do: str = ""
    renewing_since: datetime | None = None
    renewing_until: datetime | None = None
    failure: str = ""
    failed_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_failure: str = ""
    last_failure_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """A tone, a word, the reason and since when."""

    tone: str
    label: str
    reason: str = ""
    since: datetime | None = None

    @property
    def is_well(self) -> bool:
        """True when nobody has to do anything."""
        return self.tone == "ok"


def days_left(ends_at: datetime | None, now: datetime) -> int | None:
    """Whole days until a sign-in ends, 0 on its last day, below 0 afterwards; None without an end."""
    return None if ends_at is None else (ends_at - now) // timedelta(days=1)


def health_of(facts: Facts, *, now: datetime) -> Health:  # noqa: PLR0911  # a table, the gravest first
    """The gravest thing that is known."""
    if facts.state == "suspended":
        return Health("bad", facts.state_label, facts.state_reason, facts.state_since)
    if not facts.is_kept:
        return Health(
            "bad", _("No sign-in"), facts.state_reason or _("Nothing is kept: connect it."), facts.state_since
        )
    if facts.state == "sign_in_needed":
        return Health("bad", facts.state_label, facts.state_reason, facts.state_since)
    days = days_left(facts.ends_at, now)
    if days is not None and days <= WARNING_DAYS:
        tone = "bad" if days <= URGENT_DAYS else "warn"
        words = (
            _("Has ended")
            if days < 0
            else ngettext("Ends in %(n)s day", "Ends in %(n)s days", days) % {"n": days}
        )
        return Health(tone, words, _("A person has to sign in again."), facts.ends_at if days < 0 else None)
    if facts.left_to_do:
        return Health("warn", _("Half done"), facts.left_to_do)
    if facts.renewing_until is not None and facts.renewing_until < now:
        return Health(
            "warn",
            _("Renewal cut off"),
            _("A renewal ended without an outcome; the next one shows what the network did."),
            facts.renewing_since,
        )
    if facts.failure:
        return Health("warn", _("Renewal tried again"), facts.failure, facts.failed_at)
    if facts.last_failure_at is not None and (
        facts.last_ok_at is None or facts.last_failure_at > facts.last_ok_at
    ):
        return Health("warn", _("Last call failed"), facts.last_failure, facts.last_failure_at)
    return Health("ok", _("Works"))
