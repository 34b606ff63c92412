"""Reads a time as it stands on the wall of the station: some do not exist, some exist twice."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from hqdash.base.errors import Unprocessable


def moment_on_the_wall(written: str, *, zone: ZoneInfo, field: str = "send_at") -> datetime:
    """The moment in UTC that ``written`` (as 2026-11-21T18:30) means in ``zone``.

    Raises:
        Unprocessable: it is no time, or the clocks make it one that never is or is twice.
    """
    try:
        wall = datetime.fromisoformat(written.strip())
    except ValueError as problem:
        raise Unprocessable(_("Write day and time as 2026-11-21T18:30."), field) from problem
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    earlier, later = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier.astimezone(UTC)
    if earlier.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        raise Unprocessable(
            _("%(time)s does not exist on that day: the clocks go forward. Choose a time before or after.")
            % {"time": f"{wall:%H:%M}"},
            field,
        )
    raise Unprocessable(
        _("%(time)s happens twice on that day: the clocks go back. Choose a time before or after that hour.")
        % {"time": f"{wall:%H:%M}"},
        field,
    )
