"""What an import would do, step by step, in the words of the preview."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from accounts.importing.rows import AccountRow, PersonRow, Place, Problem, RoleRow, UnitRow


class Subject(StrEnum):
    """What a step is about."""

    UNIT = "unit"
    PERSON = "person"
    ACCOUNT = "account"
    ROLE = "role"


class Verb(StrEnum):
    """What a step does."""

    ADD = "add"
    RENAME = "rename"
    MOVE = "move"
    CHANGE = "change"
    CLOSE = "close"
    GIVE = "give"
    EXTEND = "extend"
    END = "end"


NEEDS_SECOND = frozenset(
    {
        (Subject.UNIT, Verb.MOVE),
        (Subject.UNIT, Verb.CLOSE),
        (Subject.ROLE, Verb.GIVE),
        (Subject.ROLE, Verb.EXTEND),
        (Subject.ROLE, Verb.END),
    }
)
"""Steps that change what people may do: one administrator asks for them, another puts them into force."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change. ``key`` names the thing as the file does; ``before`` and ``after`` are read by people."""

    subject: Subject
    verb: Verb
    key: tuple[str, ...]
    label: str
    before: str = ""
    after: str = ""
    row: UnitRow | PersonRow | AccountRow | RoleRow | None = None

    @property
    def needs_second(self) -> bool:
        """Whether a second administrator has to agree."""
        return (self.subject, self.verb) in NEEDS_SECOND

    @property
    def place(self) -> Place | None:
        """Where in the file it comes from."""
        return self.row.place if self.row is not None else None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person who imports has decided about what the file leaves open."""

    roles: Mapping[str, str] = field(default_factory=dict)
    """For a role that is not known here: the tier that it stands for, or "" to leave its rows out."""
    networks: Mapping[str, str] = field(default_factory=dict)
    """For a network that is not known here: another one, or "" to leave its accounts out."""
    with_missing: bool = False
    """Whether units that the files do not name close, and roles that they do not name end."""


@dataclass(slots=True)
class Plan:
    """Everything that would change, and everything that stands in the way."""

    choices: Choices
    steps: list[Step] = field(default_factory=list)
    missing: list[Step] = field(default_factory=list)
    """What the force has and the files do not name. These are steps only when the person chose so."""
    gone: list[str] = field(default_factory=list)
    """People of the force whom the files do not name; they leave by the action for leavers, one by one."""
    unchanged: Counter[Subject] = field(default_factory=Counter)
    waiting: int = 0
    """Roles of the files that wait for a second administrator already."""
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown_roles: Counter[str] = field(default_factory=Counter)
    unknown_networks: Counter[str] = field(default_factory=Counter)

    @property
    def everything(self) -> list[Step]:
        """The steps that an import takes as things are chosen."""
        return [*self.steps, *(self.missing if self.choices.with_missing else [])]

    @property
    def direct(self) -> list[Step]:
        """What comes into force at once."""
        return [step for step in self.everything if not step.needs_second]

    @property
    def for_second(self) -> list[Step]:
        """What a second administrator has to agree to."""
        return [step for step in self.everything if step.needs_second]

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not self.everything

    @property
    def digest(self) -> str:
        """A fingerprint of what would be done: if the force changes meanwhile, so does this."""
        content: list[Any] = [
            (step.subject, step.verb, step.key, step.label, step.before, step.after)
            for step in self.everything
        ]
        return hashlib.sha256(repr(content).encode()).hexdigest()

    def counts(self) -> dict[str, int]:
        """How many steps of each kind, such as ``unit.add``."""
        return dict(Counter(f"{step.subject}.{step.verb}" for step in self.everything))
