"""Where the units of a file belong: below the parent that is named, or the one that their code tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from accounts.importing.rows import UnitRow
from accounts.importing.world import World


def above_by_code(code: str, known: Mapping[str, object]) -> str:
    """The nearest unit above, going by the code: LPU/CV for LPU/CV/NPT/Foleshill. Empty if there is none."""
    parts = code.split("/")
    return next((above for n in range(len(parts) - 1, 0, -1) if (above := "/".join(parts[:n])) in known), "")


def wanted_parents(rows: list[UnitRow], world: World) -> dict[str, str]:
    """For each unit of the file, the code of the one above it after the import."""
    known: dict[str, object] = {**world.units, **{row.code: row for row in rows}}
    parents: dict[str, str] = {}
    for row in rows:
        standing = world.units.get(row.code)
        if row.code == world.root or row.parent:
            parents[row.code] = row.parent
        elif standing is not None:
            # A file that does not say where a unit stands does not move it.
            parents[row.code] = standing.parent
        else:
            parents[row.code] = above_by_code(row.code, known) or world.root
    return parents


def circles(parents: Mapping[str, str], world: World) -> Iterator[list[str]]:
    """Each circle that the tree would have after the import, as the codes on it."""
    done: set[str] = set()
    for start in parents:
        walked: dict[str, int] = {}
        code = start
        while code and code not in done and code not in walked:
            walked[code] = len(walked)
            standing = world.units.get(code)
            code = parents.get(code, standing.parent if standing else "")
        if code in walked:
            yield [each for each, place in walked.items() if place >= walked[code]]
        done.update(walked)


def from_the_top(codes: list[str], parents: Mapping[str, str]) -> list[str]:
    """The codes in an order in which each one comes after the one above it."""
    wanted = set(codes)
    ordered: dict[str, None] = {}
    for code in codes:
        way: dict[str, None] = {}
        above = code
        while above in wanted and above not in ordered and above not in way:
            way[above] = None
            above = parents.get(above, "")
        ordered.update(dict.fromkeys(reversed(way)))
    return list(ordered)
