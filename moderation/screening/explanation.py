"""Says why a text was judged as it was: which version, which entry, which characters, which steps."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.screening.categories import Action, Category
from moderation.screening.views import ViewName


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One entry that was found, at its first place in the text."""

    entry_id: str
    version_id: str
    version_label: str
    pattern: str
    category: Category
    severity: int
    view: ViewName
    start: int
    end: int
    steps: tuple[str, ...]
    asked: Action
    action: Action
    exceptions_considered: tuple[str, ...] = ()

    def as_row(self) -> dict[str, object]:
        """Plain values, for keeping beside the verdict."""
        return {
            "entry": self.entry_id,
            "version": self.version_id,
            "version_label": self.version_label,
            "pattern": self.pattern,
            "category": self.category.value,
            "severity": self.severity,
            "view": self.view.value,
            "start": self.start,
            "end": self.end,
            "steps": list(self.steps),
            "asked": self.asked.slug,
            "action": self.action.slug,
            "exceptions": list(self.exceptions_considered),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Excused:
    """An entry that was found where it means something innocent."""

    entry_id: str
    start: int
    end: int
    because: str

    def as_row(self) -> dict[str, object]:
        """Plain values, for keeping beside the verdict."""
        return {"entry": self.entry_id, "start": self.start, "end": self.end, "because": self.because}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a text amounts to, and everything that speaks for and against it."""

    action: Action
    category: Category | None
    severity: int
    alerts: tuple[Category, ...]
    categories: tuple[Category, ...]
    findings: tuple[Finding, ...]
    excused: tuple[Excused, ...]
    vetoed_by: Category | None
    reason: str

    @property
    def is_clean(self) -> bool:
        """True when nothing at all was found."""
        return not self.findings
