"""The kinds of things that people write, in order of precedence, and what each may lead to."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Action(IntEnum):
    """What an entry asks for; a higher step includes the lower ones."""

    NONE = 0
    ALERT = 1
    REVIEW = 2
    HIDE = 3
    REMOVE = 4

    @property
    def slug(self) -> str:
        """The word that dictionaries, rows and pages use."""
        return self.name.lower()

    @classmethod
    def of(cls, slug: str) -> Action:
        """The action with this word; an unknown word is an error."""
        return cls[slug.upper()]


class Category(StrEnum):
    """Declared in order of precedence: the first of several names the case."""

    THREAT_TO_LIFE = "THREAT_TO_LIFE"
    CHILD_SAFETY = "CHILD_SAFETY"
    WELFARE = "WELFARE"
    CRIME_REPORT = "CRIME_REPORT"
    LEGAL_RISK = "LEGAL_RISK"
    PERSONAL_DATA = "PERSONAL_DATA"
    HATE = "HATE"
    SCAM_IMPERSONATION = "SCAM_IMPERSONATION"
    SPAM_FLOOD = "SPAM_FLOOD"
    CRITICISM_PROTECTED = "CRITICISM_PROTECTED"
    COMPLAINT = "COMPLAINT"
    ABUSE = "ABUSE"
    RUMOUR = "RUMOUR"
    INTEL_TIP = "INTEL_TIP"
    OUT_LEGAL = "OUT_LEGAL"
    OUT_OPSEC = "OUT_OPSEC"
    OUT_ELECTION = "OUT_ELECTION"
    OUT_TONE = "OUT_TONE"
    OUT_ACCESS = "OUT_ACCESS"


PRECEDENCE: dict[Category, int] = {category: place for place, category in enumerate(Category)}

# Somebody must hear of these at once, whatever else happens to the text.
ALERTING = frozenset(
    {
        Category.THREAT_TO_LIFE,
        Category.CHILD_SAFETY,
        Category.WELFARE,
        Category.SCAM_IMPERSONATION,
        Category.RUMOUR,
    }
)

# Free speech about the force: a reason to leave a text alone, never one to touch it.
PROTECTED = frozenset({Category.CRITICISM_PROTECTED, Category.COMPLAINT})

# A person decides about these; only another category can take the text down by itself.
NEVER_BY_ITSELF = frozenset(
    {
        Category.THREAT_TO_LIFE,
        Category.CHILD_SAFETY,
        Category.WELFARE,
        Category.CRIME_REPORT,
        Category.RUMOUR,
        Category.INTEL_TIP,
    }
)


def most_that(category: Category) -> Action:
    """The furthest that a category may go without a person, whatever its entry asks for."""
    if category in PROTECTED:
        return Action.NONE
    if category in NEVER_BY_ITSELF or category.value.startswith("OUT_"):
        return Action.REVIEW
    return Action.REMOVE
