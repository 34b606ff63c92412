"""What moderation writes into the book."""

from django.utils.translation import gettext_lazy as _

from accounts.audit.declared import audited

CASE_OPENED = audited(
    "case.opened", sentence=_("{actor} put a comment into the queue: {reason}"), group="moderation"
)
CASE_CLAIMED = audited("case.claimed", sentence=_("{actor} took {object}"), group="moderation")
CASE_ESCALATED = audited(
    "case.escalated", sentence=_("{actor} escalated {object}: {reason}"), group="moderation"
)
HIDE_DECIDED = audited(
    "comment.hide_decided", sentence=_("{actor} decided to hide a comment: {reason}"), group="moderation"
)
REMOVAL_DECIDED = audited(
    "comment.removal_decided", sentence=_("{actor} decided to delete a comment: {reason}"), group="moderation"
)
COMMENT_ALLOWED = audited("comment.allowed", sentence=_("{actor} allowed a comment"), group="moderation")
DECISION_UNDONE = audited(
    "comment.decision_undone", sentence=_("{actor} took back a decision: {reason}"), group="moderation"
)
COMMENT_HIDDEN = audited("comment.hidden", sentence=_("A comment is hidden at {network}"), group="moderation")
COMMENT_SHOWN = audited(
    "comment.shown", sentence=_("A comment is visible again at {network}"), group="moderation"
)
COMMENT_REMOVED = audited(
    "comment.removed", sentence=_("A comment is deleted at {network}"), group="moderation"
)
ACT_REFUSED = audited(
    "comment.act_refused", sentence=_("{network} did not {verb} a comment: {reason}"), group="moderation"
)
EVIDENCE_READ = audited(
    "evidence.read", sentence=_("{actor} looked at the sealed copy of {object}"), group="moderation"
)
TEXT_REVEALED = audited(
    "comment.revealed", sentence=_("{actor} looked at the masked words of {object}"), group="moderation"
)
DICTIONARY_ADDED = audited(
    "dictionary.added", sentence=_("{actor} added the dictionary {object}"), group="dictionaries"
)
TERM_ADDED = audited("term.added", sentence=_("{actor} added a term to {dictionary}"), group="dictionaries")
TERM_REMOVED = audited(
    "term.removed", sentence=_("{actor} removed a term from {dictionary}"), group="dictionaries"
)
VERSION_PUBLISHED = audited(
    "dictionary.published", sentence=_("{actor} put {object} into force"), group="dictionaries"
)
TERMS_REVEALED = audited(
    "dictionary.revealed", sentence=_("{actor} looked at the masked terms of {object}"), group="dictionaries"
)
