"""The tables of accounts, one family per file."""

from accounts.models.api_key import ApiKey
from accounts.models.audit import AuditCheckpoint, AuditEntry, AuditLeaf
from accounts.models.audit_export import AuditExport
from accounts.models.audit_halt import AuditHalt
from accounts.models.change import Change, ChangeSet
from accounts.models.channel import Channel
from accounts.models.connecting import Connecting, Errand
from accounts.models.force import Force
from accounts.models.form_draft import FormDraft
from accounts.models.grant import Grant
from accounts.models.invitation import Invitation
from accounts.models.lease import Lease
from accounts.models.lockdown import Lockdown
from accounts.models.role import KnownRight, Role, RoleVersion, SecondFactor
from accounts.models.rota import Rota, Team
from accounts.models.rule import Answer, Rule
from accounts.models.session import SignedInSession
from accounts.models.unit import Unit, UnitPath
from accounts.models.user import User
from accounts.models.vault import ChannelSignIn, Credential, ForceKey, NetworkApp

__all__ = [
    "Answer",
    "ApiKey",
    "AuditCheckpoint",
    "AuditEntry",
    "AuditExport",
    "AuditHalt",
    "AuditLeaf",
    "Change",
    "ChangeSet",
    "Channel",
    "ChannelSignIn",
    "Connecting",
    "Credential",
    "Errand",
    "Force",
    "ForceKey",
    "FormDraft",
    "Grant",
    "Invitation",
    "KnownRight",
    "Lease",
    "Lockdown",
    "NetworkApp",
    "Role",
    "RoleVersion",
    "Rota",
    "Rule",
    "SecondFactor",
    "SignedInSession",
    "Team",
    "Unit",
    "UnitPath",
    "User",
]
