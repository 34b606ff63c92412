"""What somebody looks at: a stretch of time, a unit with all below it, and a way to break it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hqdash.base.actor import Actor
from hqdash.base.cards import Grouping, Window
from hqdash.base.errors import Missing
from hqdash.overview.territory import Territory, territory_of


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of time that ends now, cut into 30 to 48 steps."""

    slug: str
    label: object
    words: object
    span: timedelta
    step_seconds: int
    label_format: str
    ends_every: int = 0
    """A long look ends at the last full half minute, so that all who look within it share one count."""

    def end(self, now: datetime) -> datetime:
        """The moment at which the look ends."""
        if not self.ends_every:
            return now
        return datetime.fromtimestamp(now.timestamp() // self.ends_every * self.ends_every, UTC)


RANGES = {
    one.slug: one
    for one in (
        Range("1h", gettext_lazy("1 h"), gettext_lazy("last hour"), timedelta(hours=1), 120, "%H:%M"),
        Range("24h", gettext_lazy("24 h"), gettext_lazy("last 24 hours"), timedelta(hours=24), 1800, "%H:%M"),
        Range(
            "7d", gettext_lazy("7 d"), gettext_lazy("last 7 days"), timedelta(days=7), 14_400, "%a %H:%M", 30
        ),
        Range(
            "30d", gettext_lazy("30 d"), gettext_lazy("last 30 days"), timedelta(days=30), 86_400, "%-d %b"
        ),
    )
}
USUAL_RANGE = "24h"
GROUPINGS: dict[Grouping, object] = {
    "unit": gettext_lazy("Unit"),
    "account": gettext_lazy("Account"),
    "user": gettext_lazy("User"),
    "network": gettext_lazy("Network"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """One view of the wall; everything in it is in the address, so that it can be shared."""

    actor: Actor
    range: Range
    unit_id: UUID | None
    by: Grouping
    territory: Territory
    window: Window

    @property
    def is_whole_force(self) -> bool:
        """True when nothing of the force is out of the actor's sight."""
        return self.territory.holds_root

    @property
    def scope_name(self) -> str:
        """Where this looks at."""
        if self.unit_id is not None:
            return self.territory.name_of(self.unit_id)
        tops = self.territory.tops
        return tops[0].name if len(tops) == 1 else _("All units")

    def address(self, **changes: str) -> str:
        """The query of this look with a few changes; what is usual is left out."""
        words = {
            "range": "" if self.range.slug == USUAL_RANGE else self.range.slug,
            "unit": str(self.unit_id) if self.unit_id else "",
            "by": "" if self.by == "unit" else self.by,
            **changes,
        }
        return "?" + urlencode({name: value for name, value in words.items() if value})

    def labels(self, zone: ZoneInfo) -> list[str]:
        """What stands under each step of the chart: the moment at which the step ends."""
        step = timedelta(seconds=self.window.step_seconds)
        ends = (self.window.start + step * (number + 1) for number in range(self.window.steps))
        return [end.astimezone(zone).strftime(self.range.label_format) for end in ends]

    @property
    def key(self) -> str:
        """The look in one word, for the live stream."""
        return f"{self.range.slug}.{self.unit_id or ''}"


def look_at(actor: Actor, wanted: Mapping[str, str], *, now: datetime) -> Look:
    """The look that an address asks for; what makes no sense falls back to the usual.

    Raises:
        Missing: there is no such unit for this actor.
    """
    chosen = RANGES.get(wanted.get("range", ""), RANGES[USUAL_RANGE])
    by = wanted.get("by", "unit")
    territory = territory_of(actor)
    unit_id = _unit(wanted.get("unit", ""), territory)
    end = chosen.end(now)
    return Look(
        actor=actor,
        range=chosen,
        unit_id=unit_id,
        by=by if by in GROUPINGS else "unit",
        territory=territory,
        window=Window(
            start=end - chosen.span,
            end=end,
            step_seconds=chosen.step_seconds,
            unit_ids=None if unit_id is None else tuple(territory.below(unit_id)),
        ),
    )


def look_from_key(actor: Actor, key: str, *, now: datetime) -> Look:
    """The look behind a live stream."""
    chosen, _dot, unit = key.partition(".")
    return look_at(actor, {"range": chosen, "unit": unit}, now=now)


def _unit(text: str, territory: Territory) -> UUID | None:
    if not text:
        return None
    try:
        unit_id = UUID(text)
    except ValueError:
        unit_id = None
    if unit_id is None or not territory.holds(unit_id):
        raise Missing(_("There is no such unit, or it is not yours to see."))
    return unit_id
