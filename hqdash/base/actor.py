"""Who acts: a signed-in person, the system's own clock, or a member of the public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Kind = Literal["person", "clock", "public"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The one under whose name an act stands in the book.

    ``session`` is a short fingerprint of the session, never its key; ``address`` the caller's IP address.
    ``scopes`` is None for somebody who is here; for an API key, the names of the rights that its owner has
    lent to it: the gate lets it do what is in both, and nothing else.
    """

    force_id: UUID
    user_id: UUID | None
    username: str
    kind: Kind = "person"
    session: str = ""
    address: str = ""
    scopes: frozenset[str] | None = None

    @classmethod
    def clock(cls, force_id: UUID) -> Actor:
        """The system itself: schedules, screening, sweepers. It stands in the book as "system"."""
        return cls(force_id=force_id, user_id=None, username="system", kind="clock")

    @property
    def person_id(self) -> UUID:
        """The id of the user behind a person.

        Raises:
            LookupError: nobody signed in is acting.
        """
        if self.user_id is None:
            raise LookupError(f"{self.username} is no user")
        return self.user_id

    def lends(self, right: str) -> bool:
        """False only for an API key that was not given this right."""
        return self.scopes is None or right in self.scopes

    @property
    def is_person(self) -> bool:
        """True for somebody who signed in."""
        return self.kind == "person"
