"""What the tiers of a person ask for at sign-in, and whether the person has it."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from accounts.access.facts import Facts
from accounts.access.reasoning import is_in_force
from accounts.access.reasons import Changers, Reason
from accounts.models import SecondFactor, User

_STRICTNESS = {SecondFactor.OPTIONAL: 0, SecondFactor.ANY: 1, SecondFactor.PASSKEY: 2}


def factor_link(user: User, facts: Facts, changers: Changers) -> Reason:
    """The strictest factor that the person's tiers ask for, against what is enrolled today."""
    tiers = [facts.tiers[grant.role_id] for grant in facts.grants if is_in_force(grant, facts)]
    strictest = max(tiers, key=lambda tier: _STRICTNESS[SecondFactor(tier.second_factor)], default=None)
    wanted = SecondFactor(strictest.second_factor) if strictest is not None else SecondFactor.OPTIONAL
    enrolled = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    has_passkey = Authenticator.Type.WEBAUTHN in enrolled
    has_any = has_passkey or Authenticator.Type.TOTP in enrolled
    if strictest is None or wanted == SecondFactor.OPTIONAL:
        rule = _("No second factor is asked for") if not has_any else _("A second factor is enrolled")
        return Reason(True, rule, _("Tiers of the force"), changers.tiers)
    holds = has_passkey if wanted == SecondFactor.PASSKEY else has_any
    values = {"user": user.username, "factor": wanted.label.lower()}
    rule = (
        _("%(user)s signs in with a second factor (%(factor)s)") % values
        if holds
        else _("%(user)s has not enrolled the second factor that is asked for: %(factor)s") % values
    )
    source = _("Asked for by the tier %(role)s; enrolled as known today") % {"role": strictest.name}
    return Reason(holds, rule, source, changers.people if not holds else changers.tiers)
