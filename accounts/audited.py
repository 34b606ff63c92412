"""What accounts writes into the book."""

from django.utils.translation import gettext_lazy as _

from accounts.audit.declared import audited

SIGNED_IN = audited("user.signed_in", sentence=_("{actor} signed in"), group="access")
SIGNED_OUT = audited("user.signed_out", sentence=_("{actor} signed out"), group="access")
SIGN_IN_FAILED = audited("user.sign_in_failed", sentence=_("A sign-in as {object} failed"), group="access")
ACCESS_REFUSED = audited(
    "access.refused", sentence=_("{actor} was refused {permission} on {object}"), group="access"
)
FORCE_CREATED = audited(
    "force.created", sentence=_("{actor} created the force {object}"), group="organisation"
)
UNIT_ADDED = audited("unit.added", sentence=_("{actor} added the unit {object}"), group="organisation")
USER_ADDED = audited("user.added", sentence=_("{actor} added {object}"), group="organisation")
ROLE_GRANTED = audited(
    "role.granted", sentence=_("{actor} gave {object} the role {role} on {unit}"), group="tiers"
)
CHANNEL_CONNECTED = audited("channel.connected", sentence=_("{actor} connected {object}"), group="channels")
CHANNEL_STATE_CHANGED = audited(
    "channel.state_changed", sentence=_("{object} went from {before} to {after}: {reason}"), group="channels"
)
CREDENTIAL_STORED = audited(
    "credential.stored", sentence=_("{actor} put a new credential for {object} into the vault"), group="vault"
)
VAULT_OPENED = audited(
    "vault.opened", sentence=_("The vault was opened for {object}: {purpose}"), group="vault"
)
VAULT_REFUSED = audited(
    "vault.refused", sentence=_("The vault refused to open {object}: {reason}"), group="vault"
)
BOOK_READ = audited("book.read", sentence=_("{actor} read the audit log"), group="audit")
BOOK_VERIFIED = audited("book.verified", sentence=_("{actor} verified the audit log"), group="audit")
BOOK_EXPORTED = audited(
    "book.exported", sentence=_("{actor} exported {lines} lines of the audit log"), group="audit"
)
