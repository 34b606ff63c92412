"""One of everything that a force keeps about its own people and rights, with a word by which a leak is recognised."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from allauth.mfa.models import Authenticator

from accounts.actions.organisation import add_user, grant_role
from accounts.models import (
    ApiKey,
    AuditEntry,
    Change,
    ChangeSet,
    Channel,
    Connecting,
    Errand,
    FormDraft,
    Grant,
    Invitation,
    Lockdown,
    Role,
    Rota,
    Rule,
    SignedInSession,
    Team,
    Unit,
)
from accounts.models.audit_export import AuditExport
from accounts.sign_in.bearer import draw_key
from hqdash.base import clock
from hqdash.base.actor import Actor
from publishing.models import PersonStop
from tests.cast import Person


def papers_of(admin: Person, unit: Unit, channel: Channel, word: str) -> dict[str, Any]:
    """Fill the drawers; what is there, by the name that it has in an address."""
    system, now = Actor.clock(unit.force_id), clock.now()
    later = now + timedelta(days=7)
    colleague = add_user(actor=system, username=f"{word}.01")
    role = Role.objects.create(slug=f"{word}-keeper", name=f"Keeper of the {word}", number=1)
    grant_role(
        actor=system,
        user=colleague,
        unit=unit,
        role=Role.objects.get(slug=Role.CONTRIBUTOR),
        now=now,
        reason=f"for the {word}",
    )
    rota = Rota.objects.create(
        name=f"Shifts of the {word}",
        cycle_days=10,
        first_day=now.date(),
        shift_names=["Early"],
        windows=[(0, 480)],
    )
    changes, _new = ChangeSet.objects.get_or_create(
        proposed_by=admin.user, state=ChangeSet.State.OPEN, defaults={"opened_at": now}
    )
    change = Change.objects.create(
        change_set=changes,
        position=changes.changes.count() + 1,
        kind="role.rename",
        about=f"role.rename {role.pk}",
        what={"role": str(role.pk), "name": f"The {word} itself"},
        sentence=f"Call a tier the {word} itself",
        added_at=now,
    )
    found: dict[str, Any] = {
        "user": colleague,
        "role": role,
        "rota": rota,
        "team": Team.objects.create(rota=rota, name=f"Team {word}"),
        "grant": Grant.objects.get(user=colleague),
        "rule": Rule.objects.create(
            unit=unit, role=role, permission="accounts.view_channel", answer="allowed", starts_at=now
        ),
        "change_set": changes,
        "change": change,
        "invitation": Invitation.objects.create(
            user=colleague,
            token_hash=sha256(word.encode() + uuid4().bytes).hexdigest(),
            made_by=admin.user.username,
            made_at=now,
            expires_at=later,
            mailed_to=f"{word}@example.org",
        ),
        "session": SignedInSession.objects.create(
            user=colleague, session_key=uuid4().hex, device=f"{word} phone", started_at=now, seen_at=now
        ),
        "draft": FormDraft.objects.create(
            user=colleague, key="a-form", fields={"text": [f"About the {word}"]}, updated_at=now
        ),
        "key": _key(colleague, word),
        "stop": PersonStop.objects.create(person=colleague, at=now, posts=5),
        # A lock-down is everybody's business in a force, so there is one of the force, not one for each unit.
        "lockdown": Lockdown.objects.first()
        or Lockdown.objects.create(
            locked_by=f"{word}.01",
            reason=f"The {word} was out",
            locked_at=now - timedelta(days=2),
            first_unlock_by=admin.user,
            first_unlock_at=now - timedelta(days=2),
            second_unlock_by=colleague,
            ended_at=now - timedelta(days=1),
        ),
        "export": AuditExport.objects.create(
            asked_by=admin.user.pk, asked_by_name=f"{word}.01", kind=AuditExport.Kind.values[0], reason=word
        ),
        "connecting": Connecting.objects.create(
            network="x",
            unit=unit,
            back_url="http://127.0.0.1/back/",
            state_hash=sha256(uuid4().bytes).hexdigest(),
            started_by=admin.user,
            started_at=now,
            expires_at=later,
            reason=f"The {word} waits",
        ),
        "errand": Errand.objects.create(
            channel=channel,
            kind=Errand.Kind.values[0],
            asked_by=admin.user,
            asked_at=now,
            outcome=f"The {word}",
        ),
        "device": Authenticator.objects.create(
            user=colleague, type=Authenticator.Type.WEBAUTHN, data={"name": f"{word} key", "credential": {}}
        ),
    }
    return {**found, "entry": AuditEntry.objects.latest("id")}


def _key(owner: Any, word: str) -> ApiKey:
    now, drawn = clock.now(), draw_key()
    return ApiKey.objects.create(
        owner=owner,
        name=f"Copy of the {word}",
        prefix=drawn.prefix,
        digest=drawn.digest,
        scopes=["accounts.view_channel"],
        created_at=now,
        expires_at=now + timedelta(days=30),
    )
