"""Changes of tiers: collected by one administrator, proposed together, put into force by another.

Nobody puts into force what they have proposed themselves, nor what alters their own rights.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access.effect import OwnRights, effect_of
from accounts.access.gate import Where, require
from accounts.access.keepers import approvers_beside
from accounts.audit.book import record
from accounts.audited import CHANGES_IN_FORCE, CHANGES_PROPOSED, CHANGES_SENT_BACK, CHANGES_WITHDRAWN
from accounts.changes.applying import apply_all
from accounts.changes.kind import Kind, Names
from accounts.changes.kinds import kept_change, wanted
from accounts.events import ChangesProposed, TiersChanged
from accounts.models import Change, ChangeSet, Unit, User
from accounts.permissions import APPROVE_TIERS, CHANGE_TIERS
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable
from hqdash.base.events import announce


@transaction.atomic
def collect(
    *, actor: Actor, now: datetime, kind: str, change_set: ChangeSet | None = None, **what: Any
) -> Change:
    """Add a change to the actor's open set (or to one of theirs that was sent back).

    A later change of the same thing takes the place of the earlier one. Nothing is in force yet.

    Raises:
        NotAllowed: changing tiers there is not the actor's to do.
        Unprocessable: the change makes no sense, with why.
        Conflict: the set is not the actor's to edit any more.
    """
    change = wanted(kind, **what)
    require(actor, CHANGE_TIERS, _place(change))
    own = _editable(actor, change_set) if change_set is not None else _open_set(actor, now)
    change.refuse(proposer=User.objects.get(pk=actor.person_id), now=now)
    last = own.changes.aggregate(last=Max("position"))["last"] or 0
    own.changes.filter(about=change.about).delete()
    return Change.objects.create(
        change_set=own,
        position=last + 1,
        kind=kind,
        about=change.about,
        what=change.kept(),
        before=change.before(),
        sentence=change.sentence(),
        added_at=now,
    )


@transaction.atomic
def drop_change(*, actor: Actor, change: Change) -> None:
    """Take a change out of the actor's set.

    Raises:
        Conflict: the set is proposed already, or another's.
    """
    require(actor, CHANGE_TIERS)
    _editable(actor, change.change_set)
    change.delete()


@transaction.atomic
def propose(*, actor: Actor, change_set: ChangeSet, reason: str, now: datetime) -> ChangeSet:
    """Let a second administrator decide over the set.

    Raises:
        Unprocessable: it is empty, no reason was given, or there is nobody who could decide.
        Conflict: it is not the actor's to propose any more, or a change in it no longer applies.
    """
    require(actor, CHANGE_TIERS)
    own = _editable(actor, change_set)
    changes = list(own.changes.all())
    if not changes:
        raise Unprocessable(_("There is nothing to propose yet. Collect a change first."))
    if not reason.strip():
        raise Unprocessable(_("Say why, for the one who decides and for the book."), "reason")
    if not approvers_beside(actor.person_id):
        raise Unprocessable(
            _(
                "Nobody but you could put this into force. Ask those who run the server to add a second "
                "administrator (manage.py add_administrator)."
            )
        )
    own.state, own.reason, own.proposed_at = ChangeSet.State.PROPOSED, reason.strip(), now
    own.decided_by, own.decided_at, own.decision_reason = None, None, ""
    own.save()
    if obstacles := effect_of(actor, own, now=now).obstacles:
        raise Conflict(obstacles[0].sentence)
    record(
        actor,
        CHANGES_PROPOSED,
        own,
        reason=own.reason,
        count=len(changes),
        changes=[change.sentence for change in changes],
    )
    announce(ChangesProposed(own.force_id, own.pk))
    live.tell(own.force_id, "tiers", id=own.pk)
    return own


@transaction.atomic
def put_into_force(*, actor: Actor, change_set: ChangeSet, now: datetime) -> ChangeSet:
    """Make everything in the set true, or nothing.

    Raises:
        NotAllowed: approving is not the actor's to do, they have proposed it, or it alters their own rights.
        Conflict: somebody has decided already, or a change no longer applies, with which one and why.
        Unprocessable: a change makes no sense any more, or would leave nobody to administer.
    """
    _one_at_a_time()
    decided = _waiting(change_set)
    changes = [(change, _read(change)) for change in decided.changes.all()]
    for _change, wants in changes:
        require(actor, APPROVE_TIERS, _place(wants))
    if actor.person_id == decided.proposed_by_id:
        raise NotAllowed(
            _("You have proposed this yourself. Ask another administrator: %(people)s.")
            % {"people": ", ".join(approvers_beside(actor.person_id)[:5]) or "-"}
        )
    touched = [wants.touched() for _change, wants in changes]
    own = OwnRights(actor.person_id, touched, now)
    names = Names(
        proposed_by=decided.proposed_by,
        decided_by=User.objects.get(pk=actor.person_id),
        actor=actor,
        reason=decided.reason,
    )
    apply_all(changes, names=names, now=now)
    if own.have_changed():
        raise NotAllowed(
            _("This changes what you may do yourself. Ask an administrator whom it does not touch.")
        )
    decided.state, decided.decided_by, decided.decided_at = ChangeSet.State.IN_FORCE, names.decided_by, now
    decided.save()
    record(
        actor,
        CHANGES_IN_FORCE,
        decided,
        reason=decided.reason,
        count=len(changes),
        proposed_by=decided.proposed_by.username,
        approved_by=actor.username,
        changes=[change.sentence for change, _wants in changes],
    )
    announce(TiersChanged(decided.force_id, decided.pk))
    live.tell(decided.force_id, "tiers", id=decided.pk)
    return decided


@transaction.atomic
def send_back(*, actor: Actor, change_set: ChangeSet, reason: str, now: datetime) -> ChangeSet:
    """Give the set back to the one who proposed it, who may change it and propose it again.

    Raises:
        NotAllowed: deciding is not the actor's to do, or they have proposed it themselves.
        Unprocessable: no reason was given.
        Conflict: somebody has decided already.
    """
    require(actor, APPROVE_TIERS)
    decided = _waiting(change_set)
    if actor.person_id == decided.proposed_by_id:
        raise NotAllowed(_("You have proposed this yourself. Withdraw it instead."))
    if not reason.strip():
        raise Unprocessable(_("Say what should be different."), "reason")
    decided.state = ChangeSet.State.SENT_BACK
    decided.decided_by_id, decided.decided_at = actor.person_id, now
    decided.decision_reason = reason.strip()
    decided.save()
    record(
        actor,
        CHANGES_SENT_BACK,
        decided,
        reason=decided.decision_reason,
        count=decided.changes.count(),
        proposed_by=decided.proposed_by.username,
    )
    live.tell(decided.force_id, "tiers", id=decided.pk)
    return decided


@transaction.atomic
def withdraw(*, actor: Actor, change_set: ChangeSet, now: datetime) -> ChangeSet:
    """Take one's own set back for good, whether proposed or not.

    Raises:
        Conflict: it is another's, or it was decided already.
    """
    require(actor, CHANGE_TIERS)
    own = ChangeSet.objects.select_for_update(of=("self",), no_key=True).get(pk=change_set.pk)
    if own.proposed_by_id != actor.person_id:
        raise Conflict(_("Only %(user)s can withdraw this.") % {"user": own.proposed_by.username})
    if not own.can_be_edited and own.state != ChangeSet.State.PROPOSED:
        raise Conflict(_("This is %(state)s already.") % {"state": own.get_state_display().lower()})
    was_proposed = own.state == ChangeSet.State.PROPOSED
    own.state = ChangeSet.State.WITHDRAWN
    own.save()
    if was_proposed:
        record(actor, CHANGES_WITHDRAWN, own, count=own.changes.count())
        live.tell(own.force_id, "tiers", id=own.pk)
    return own


def _open_set(actor: Actor, now: datetime) -> ChangeSet:
    own, _new = ChangeSet.objects.get_or_create(
        proposed_by_id=actor.person_id,
        state=ChangeSet.State.OPEN,
        defaults={"opened_at": now, "force_id": actor.force_id},
    )
    return ChangeSet.objects.select_for_update(no_key=True).get(pk=own.pk)


def _editable(actor: Actor, change_set: ChangeSet) -> ChangeSet:
    own = ChangeSet.objects.select_for_update(of=("self",), no_key=True).get(pk=change_set.pk)
    if own.proposed_by_id != actor.person_id:
        raise Conflict(_("Only %(user)s can change this set.") % {"user": own.proposed_by.username})
    if not own.can_be_edited:
        raise Conflict(
            _("This is %(state)s and cannot be changed. Withdraw it, or collect anew.")
            % {"state": own.get_state_display().lower()}
        )
    return own


def _waiting(change_set: ChangeSet) -> ChangeSet:
    row = ChangeSet.objects.select_related("proposed_by", "decided_by")
    decided = row.select_for_update(of=("self",), no_key=True).get(pk=change_set.pk)
    if decided.state != ChangeSet.State.PROPOSED:
        who = decided.decided_by.username if decided.decided_by else decided.proposed_by.username
        raise Conflict(
            _("This is no longer waiting: %(state)s by %(who)s.")
            % {"state": decided.get_state_display().lower(), "who": who}
        )
    return decided


def _read(change: Change) -> Kind:
    try:
        return kept_change(change)
    except Conflict as gone:
        raise Conflict(f"{change.sentence}: {gone.sentence}") from None


def _place(change: Kind) -> Where:
    return change.place or Unit.objects.get(parent=None)


def _one_at_a_time() -> None:
    """Two sets that each leave one administrator would leave none together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM accounts_unit WHERE parent_id IS NULL FOR NO KEY UPDATE",
        )
