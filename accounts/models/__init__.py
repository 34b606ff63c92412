"""The tables of accounts, one family per file."""

from accounts.models.audit import AuditCheckpoint, AuditEntry, AuditLeaf
from accounts.models.channel import Channel
from accounts.models.force import Force
from accounts.models.form_draft import FormDraft
from accounts.models.grant import Grant
from accounts.models.invitation import Invitation
from accounts.models.lease import Lease
from accounts.models.role import Role
from accounts.models.session import SignedInSession
from accounts.models.unit import Unit, UnitPath
from accounts.models.user import User
from accounts.models.vault import Credential, ForceKey

__all__ = [
    "AuditCheckpoint",
    "AuditEntry",
    "AuditLeaf",
    "Channel",
    "Credential",
    "Force",
    "ForceKey",
    "FormDraft",
    "Grant",
    "Invitation",
    "Lease",
    "Role",
    "SignedInSession",
    "Unit",
    "UnitPath",
    "User",
]
