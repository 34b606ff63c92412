"""The tables of accounts, one family per file."""

from accounts.models.audit import AuditCheckpoint, AuditEntry, AuditLeaf
from accounts.models.channel import Channel
from accounts.models.force import Force
from accounts.models.grant import Grant
from accounts.models.lease import Lease
from accounts.models.role import Role
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
    "Grant",
    "Lease",
    "Role",
    "Unit",
    "UnitPath",
    "User",
]
