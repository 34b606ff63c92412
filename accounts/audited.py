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
UNIT_RENAMED = audited(
    "unit.renamed", sentence=_("{actor} renamed the unit {before} to {after}"), group="organisation"
)
UNIT_MOVED = audited(
    "unit.moved", sentence=_("{actor} moved {object} from {before} to {after}"), group="organisation"
)
UNIT_ORDERED = audited(
    "unit.ordered", sentence=_("{actor} put {object} into another place in the order"), group="organisation"
)
UNIT_CLOSED = audited("unit.closed", sentence=_("{actor} closed {object} from {on} on"), group="organisation")
UNIT_REOPENED = audited("unit.reopened", sentence=_("{actor} reopened {object}"), group="organisation")
CHANNEL_ADDED = audited(
    "channel.added",
    sentence=_("{actor} added {object}, which waits for its first sign-in"),
    group="channels",
)
CHANNEL_MOVED = audited(
    "channel.moved", sentence=_("{actor} moved {object} from {before} to {after}"), group="channels"
)
CHANNEL_RENAMED = audited("channel.renamed", sentence=_("{actor} renamed {object}"), group="channels")
ORGANISATION_IMPORTED = audited(
    "organisation.imported", sentence=_("{actor} imported {file}: {summary}"), group="organisation"
)
USER_ADDED = audited("user.added", sentence=_("{actor} added {object}"), group="organisation")
ROLE_GRANTED = audited(
    "role.granted", sentence=_("{actor} gave {object} the role {role} on {unit}"), group="tiers"
)
GRANT_ENDED = audited(
    "grant.ended", sentence=_("{actor} ended the role {role} of {object} on {place}"), group="tiers"
)
TIER_ANSWER_SET = audited(
    "tier.answer_set",
    sentence=_("{actor} set “{right}” of {object} on {place} from {before} to {after}"),
    group="tiers",
)
ROLE_ADDED = audited("role.added", sentence=_("{actor} added the tier {object}"), group="tiers")
ROLE_RENAMED = audited(
    "role.renamed", sentence=_("{actor} renamed the tier {before} to {after}"), group="tiers"
)
ROLE_RETIRED = audited("role.retired", sentence=_("{actor} retired the tier {object}"), group="tiers")
ROLE_FACTOR_SET = audited(
    "role.second_factor_set",
    sentence=_("{actor} changed the second factor of {object} from {before} to {after}"),
    group="tiers",
)
ROLE_GIVEN_NEW_RIGHTS = audited(
    "role.given_new_rights",
    sentence=_("A new release gave {object} the rights it brought: {rights}"),
    group="tiers",
)
ROTA_ADDED = audited("rota.added", sentence=_("{actor} added the rota {object}"), group="tiers")
ROTA_RETIRED = audited("rota.retired", sentence=_("{actor} retired the rota {object}"), group="tiers")
CHANGES_PROPOSED = audited(
    "changes.proposed", sentence=_("{actor} proposed {count} changes: {reason}"), group="tiers"
)
CHANGES_IN_FORCE = audited(
    "changes.in_force",
    sentence=_("{actor} put {count} changes proposed by {proposed_by} into force"),
    group="tiers",
)
CHANGES_SENT_BACK = audited(
    "changes.sent_back",
    sentence=_("{actor} sent {count} changes back to {proposed_by}: {reason}"),
    group="tiers",
)
CHANGES_WITHDRAWN = audited(
    "changes.withdrawn", sentence=_("{actor} withdrew {count} changes"), group="tiers"
)
CHANNEL_CONNECTED = audited("channel.connected", sentence=_("{actor} connected {object}"), group="channels")
CHANNEL_STATE_CHANGED = audited(
    "channel.state_changed", sentence=_("{object} went from {before} to {after}: {reason}"), group="channels"
)
CREDENTIAL_STORED = audited(
    "credential.stored", sentence=_("{actor} put a new credential for {object} into the vault"), group="vault"
)
CREDENTIAL_RENEWED = audited(
    "credential.renewed", sentence=_("The sign-in of {object} was renewed at the network"), group="vault"
)
CREDENTIAL_REVOKED = audited(
    "credential.revoked", sentence=_("{actor} revoked the sign-in of {object}: {confirmed}"), group="vault"
)
CREDENTIAL_ENDS_SOON = audited(
    "credential.ends_soon", sentence=_("The sign-in of {object} ends within {days} days"), group="vault"
)
CHANNEL_TESTED = audited(
    "channel.tested", sentence=_("{actor} tested the sign-in of {object}: {outcome}"), group="vault"
)
CHANNEL_OWNER_CHANGED = audited(
    "channel.owner_changed",
    sentence=_("{actor} changed the owner of {object} from {before} to {after}"),
    group="channels",
)
ROTATION_FINISHED = audited(
    "credential.rotation_finished", sentence=_("{actor} finished the rotation of {object}"), group="vault"
)
CONNECTING_STARTED = audited(
    "connecting.started", sentence=_("{actor} went to {network} to connect an account"), group="channels"
)
CONNECTING_RECEIVED = audited(
    "connecting.received", sentence=_("{actor} came back from {network} with a sign-in"), group="channels"
)
CONNECTING_REFUSED = audited(
    "connecting.refused", sentence=_("An answer from {network} was not taken: {reason}"), group="channels"
)
NETWORK_APP_KEPT = audited(
    "network_app.kept", sentence=_("{actor} put the {network} app into the vault"), group="vault"
)
VAULT_ROTATED = audited(
    "vault.rotated", sentence=_("The force got key number {epoch}; everything is sealed again"), group="vault"
)
VAULT_OPENED = audited(
    "vault.opened", sentence=_("The vault was opened for {object}: {purpose}"), group="vault"
)
VAULT_REFUSED = audited(
    "vault.refused", sentence=_("The vault refused to open {object}: {reason}"), group="vault"
)
BOOK_READ = audited("book.read", sentence=_("{actor} read the audit log"), group="audit")
BOOK_VERIFIED = audited("book.verified", sentence=_("{actor} verified the audit log"), group="audit")
BOOK_EXPORT_ASKED = audited(
    "book.export_asked", sentence=_("{actor} asked for an export of the audit log: {reason}"), group="audit"
)
BOOK_EXPORT_SIGNED = audited(
    "book.export_signed", sentence=_("An export of the audit log for {by} was signed"), group="audit"
)
BOOK_EXPORT_FETCHED = audited(
    "book.export_fetched", sentence=_("{actor} fetched an export of the audit log"), group="audit"
)
RESTORE_ACCEPTED = audited(
    "book.restore_accepted",
    sentence=_("{actor} let the audit log go on after a restore: {lost} entries are lost. {reason}"),
    group="audit",
)
CLOCK_JUMPED = audited(
    "clock.jumped", sentence=_("The database's clock jumped by {seconds} seconds"), group="audit"
)
BOOK_EXPORTED = audited(
    "book.exported", sentence=_("{actor} exported {lines} lines of the audit log"), group="audit"
)
API_KEY_MADE = audited("api_key.made", sentence=_("{actor} made the API key {object}"), group="access")
API_KEY_REVOKED = audited(
    "api_key.revoked", sentence=_("{actor} revoked the API key {object}: {reason}"), group="access"
)
FORCE_LOCKED = audited("force.locked", sentence=_("{actor} locked {object} down: {reason}"), group="lockdown")
UNLOCK_ASKED = audited(
    "force.unlock_asked",
    sentence=_("{actor} spoke first for unlocking {object}; a second person is waited for"),
    group="lockdown",
)
UNLOCK_TAKEN_BACK = audited(
    "force.unlock_taken_back",
    sentence=_("{actor} took the word for unlocking {object} back"),
    group="lockdown",
)
FORCE_UNLOCKED = audited(
    "force.unlocked",
    sentence=_("{actor} unlocked {object} as the second of two, after {first}"),
    group="lockdown",
)
PACE_CHANGED = audited(
    "force.pace_changed",
    sentence=_("{actor} changed how many posts a minute are taken for a person's own: {before} to {after}"),
    group="lockdown",
)
SESSION_ENDED = audited("session.ended", sentence=_("{actor} ended a session of {object}"), group="access")
SESSIONS_ENDED = audited(
    "sessions.ended", sentence=_("{actor} ended {sessions} sessions of {object}"), group="access"
)
PASSWORD_CHANGED = audited("password.changed", sentence=_("{object} chose a new password"), group="access")
SECOND_FACTOR_ADDED = audited(
    "second_factor.added", sentence=_("{object} set up a second factor: {factor}"), group="access"
)
SECOND_FACTOR_REMOVED = audited(
    "second_factor.removed", sentence=_("{object} removed a second factor: {factor}"), group="access"
)
SECOND_FACTOR_RESET = audited(
    "second_factor.reset", sentence=_("{actor} reset the second factor of {object}: {reason}"), group="access"
)
SECOND_FACTOR_FAILED = audited(
    "second_factor.failed", sentence=_("A second step as {object} failed"), group="access"
)
RECOVERY_CODES_MADE = audited(
    "recovery_codes.made", sentence=_("{object} got new recovery codes"), group="access"
)
RECOVERY_CODE_USED = audited(
    "recovery_code.used", sentence=_("{object} used a recovery code"), group="access"
)
INVITATION_MADE = audited(
    "invitation.made", sentence=_("{actor} made a one-time link for {object}"), group="people"
)
INVITATION_REVOKED = audited(
    "invitation.revoked", sentence=_("{actor} revoked the one-time link of {object}"), group="people"
)
INVITATION_USED = audited(
    "invitation.used", sentence=_("{object} used a one-time link and chose a password"), group="people"
)
PERSON_READ = audited("person.read", sentence=_("{actor} looked at the page of {object}"), group="people")
PERSON_EDITED = audited("person.edited", sentence=_("{actor} changed the e-mail of {object}"), group="people")
USER_LEFT = audited("user.left", sentence=_("{actor} recorded that {object} left: {reason}"), group="people")
USER_RETURNED = audited(
    "user.returned", sentence=_("{actor} let {object} come back, without any tier"), group="people"
)
SIGN_IN_RULES_CHANGED = audited(
    "sign_in_rules.changed",
    sentence=_("{actor} changed how long sessions last from {before} to {after}"),
    group="access",
)
