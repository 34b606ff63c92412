"""The tables of moderation, one family per file."""

from moderation.models.act import Attempt, NetworkAct
from moderation.models.case import Case, Decision
from moderation.models.dictionary import Dictionary, Entry, Version
from moderation.models.evidence import Evidence
from moderation.models.screening import Screening

__all__ = [
    "Attempt",
    "Case",
    "Decision",
    "Dictionary",
    "Entry",
    "Evidence",
    "NetworkAct",
    "Screening",
    "Version",
]
