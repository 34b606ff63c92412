"""What has happened in moderation."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MentionScreened:
    """A text of the public has been judged."""

    force_id: UUID
    mention_id: UUID
    action: str
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """Something waits for a moderator."""

    force_id: UUID
    case_id: UUID
    mention_id: UUID
    severity: int


@dataclass(frozen=True, slots=True)
class CaseDecided:
    """Somebody (or a dictionary) decided."""

    force_id: UUID
    case_id: UUID
    mention_id: UUID
    what: str


@dataclass(frozen=True, slots=True)
class MentionHidden:
    """The network has confirmed that a comment is out of sight."""

    force_id: UUID
    mention_id: UUID


@dataclass(frozen=True, slots=True)
class MentionShown:
    """The network has confirmed that a comment is back."""

    force_id: UUID
    mention_id: UUID


@dataclass(frozen=True, slots=True)
class MentionRemoved:
    """A comment does not exist at the network any more."""

    force_id: UUID
    mention_id: UUID


@dataclass(frozen=True, slots=True)
class ActRefused:
    """The network did not do what was decided; the case is open again."""

    force_id: UUID
    case_id: UUID
    mention_id: UUID


@dataclass(frozen=True, slots=True)
class VersionPublished:
    """A dictionary screens with a new version from now on."""

    force_id: UUID
    dictionary_id: UUID
    version_id: UUID


@dataclass(frozen=True, slots=True)
class ActOrdered:
    """Something is to be done at a network."""

    force_id: UUID
    act_id: UUID
