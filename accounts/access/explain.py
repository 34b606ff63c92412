"""Why may this person do this here, or why not? The whole chain, in plain words, for any moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.access.declared import Permission
from accounts.access.facts import Facts, facts_of
from accounts.access.gate import Where, unit_id_of
from accounts.access.history import active_at, channel_state_at, lockdown_at, moved_since
from accounts.access.moments import spoken
from accounts.access.reasoning import Spot, Verdict, administers, covers, verdicts
from accounts.access.reasons import Changers, Reason, changers_at, grant_link, shift_link, tier_link
from accounts.access.second_factor import factor_link
from accounts.access.who import who_could
from accounts.models import Answer, Channel, Force, Grant, User
from hqdash.base import clock


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the tiers answer, the chain of reasons, and who else could do it.

    ``answer`` is what the gate says. ``reasons`` may still hold the person up where it says yes: a suspended
    account, a locked force, a second factor that is not enrolled.
    """

    answer: Answer
    reasons: tuple[Reason, ...]
    others: tuple[str, ...]
    at: datetime

    @property
    def allowed(self) -> bool:
        """Whether nothing stands in the way."""
        return self.answer == Answer.ALLOWED and all(reason.holds for reason in self.reasons)

    @property
    def obstacle(self) -> Reason | None:
        """The first link that does not hold; it decides."""
        return next((reason for reason in self.reasons if not reason.holds), None)


def explain(user: User, permission: Permission, where: Where, *, at: datetime | None = None) -> Explanation:
    """Whether ``user`` may, at that moment (now unless given), and each reason on the way.

    Tiers, overrides and grants are those of then. What is not known of then is said to be so.
    """
    now = clock.now()
    moment = at or now
    force = Force.objects.get(pk=user.force_id)
    spot = Spot(unit_id_of(where), where.pk if isinstance(where, Channel) else None)
    facts = facts_of(
        Grant.objects.filter(user=user),
        moment=moment,
        zone=force.zone,
        places=[spot.unit_id],
        rights=[permission.name],
        is_past=moment < now,
    )
    changers = changers_at(permission, where)
    is_active = user.pk in active_at([user], moment, now=now)
    found = verdicts(facts.grants, permission, spot, facts)
    chain = [_active(user, is_active, moment, changers), factor_link(user, facts, changers)]
    chain += _by_tiers(user, permission, where, spot, facts, found, changers)
    duty = administers(facts.grants, facts) if permission.speaks else None
    if permission.speaks:
        chain.append(_apart(user, duty, changers))
    if permission.goes_out:
        chain += _outside(where, force, moment, now, changers)
    if moment < now:
        chain += _not_known(spot, facts, moment)
    clear = is_active and duty is None and found and found[0].on_shift
    answer = found[0].answer if clear else Answer.NO
    if moment == now:
        others = changers.others
    else:
        could = who_could(permission, where, moment)
        others = tuple(one.username for one in could if one.can)
    return Explanation(
        answer, tuple(chain), tuple(name for name in others if name != user.username)[:20], moment
    )


def _active(user: User, is_active: bool, moment: datetime, changers: Changers) -> Reason:
    name = {"user": user.username}
    if is_active:
        return Reason(True, _("The account %(user)s is active") % name, _("People"), changers.people)
    if user.is_active or (user.left_at is not None and user.left_at > moment):
        return Reason(
            False, _("The account %(user)s was not active then") % name, _("People"), changers.people
        )
    source = _("Left on %(day)s") % {"day": spoken(user.left_at)} if user.left_at else _("People")
    return Reason(False, _("The account %(user)s is switched off") % name, source, changers.people)


def _by_tiers(
    user: User,
    permission: Permission,
    where: Where,
    spot: Spot,
    facts: Facts,
    found: Sequence[Verdict],
    changers: Changers,
) -> list[Reason]:
    """Member of, on shift, and what the tier says, for the grant that carries furthest."""
    if not found:
        near = [grant for grant in facts.grants if covers(grant, spot, facts)]
        return [grant_link(user, where, near, facts, changers)]
    best = found[0]
    chain = [grant_link(user, where, [best.grant], facts, changers)]
    if best.grant.team is not None:
        chain.append(shift_link(best.grant, facts, changers))
    chain.append(tier_link(permission, where, best, facts, changers))
    if best.answer == Answer.APPROVAL:
        chain.append(
            Reason(
                False,
                _("It needs a second person: %(people)s") % {"people": _names(changers.others, user)},
                _("Whoever may do it here without approval can approve it"),
                changers.tiers,
            )
        )
    return chain


def _names(people: Sequence[str], user: User) -> str:
    names = [name for name in people if name != user.username]
    return ", ".join(names[:5]) or _("nobody holds this right here")


def _apart(user: User, duty: Grant | None, changers: Changers) -> Reason:
    if duty is None:
        return Reason(
            True,
            _("%(user)s does not administer") % {"user": user.username},
            _("Who decides what people may do never speaks to the public"),
            changers.tiers,
        )
    return Reason(
        False,
        _("%(user)s is %(role)s on %(place)s and administers; administrators cannot post")
        % {"user": user.username, "role": duty.role.name, "place": duty.place},
        _("Who decides what people may do never speaks to the public"),
        changers.tiers,
    )


def _outside(where: Where, force: Force, moment: datetime, now: datetime, changers: Changers) -> list[Reason]:
    """What may stop something that goes out, whoever sends it."""
    chain = []
    if isinstance(where, Channel):
        state, why = channel_state_at(where, moment, now=now)
        label = Channel.State(state).label.lower() if state in Channel.State.values else state
        chain.append(
            Reason(
                state == Channel.State.CONNECTED,
                _("%(channel)s is %(state)s") % {"channel": where.at_handle, "state": label},
                why,
                changers.channel,
            )
        )
    lock = lockdown_at(moment) if force.locked_at is not None or moment < now else None
    if lock is None:
        chain.append(Reason(True, _("The force is not locked down"), _("Lock-down"), changers.unlock))
    else:
        source = _("By %(who)s since %(moment)s: %(why)s") % {
            "who": lock.locked_by,
            "moment": spoken(lock.locked_at),
            "why": lock.reason,
        }
        chain.append(
            Reason(False, _("The force is locked down and nothing goes out"), source, changers.unlock)
        )
    return chain


def _not_known(spot: Spot, facts: Facts, moment: datetime) -> list[Reason]:
    entry = moved_since(facts.above.get(spot.unit_id, ()), moment)
    if entry is None:
        return []
    return [
        Reason(
            True,
            _("Not known: where %(unit)s stood then. This answer takes the tree of today")
            % {"unit": entry.object_label},
            _("%(who)s moved it from %(before)s to %(after)s on %(moment)s")
            % {
                "who": entry.username,
                "before": entry.details.get("before", "?"),
                "after": entry.details.get("after", "?"),
                "moment": spoken(entry.at),
            },
            (),
        )
    ]
