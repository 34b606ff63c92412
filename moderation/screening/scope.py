"""Says where a text stands, and for which places an entry is meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text was written: the network, the kind of surface, and the units from the team up to the force."""

    network: str = ""
    surface: str = ""
    units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an entry counts; what is left empty holds everywhere."""

    networks: frozenset[str] = frozenset()
    surfaces: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    def covers(self, place: Place) -> bool:
        """True when the entry counts there; a unit stands for all below it."""
        return (
            (not self.networks or place.network in self.networks)
            and (not self.surfaces or place.surface in self.surfaces)
            and (not self.units or not self.units.isdisjoint(place.units))
        )


ANYWHERE = Place()
EVERYWHERE = Scope()
