"""What a tier says to a right: by default in the whole force, or on one unit and all below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from accounts.access.declared import Permission, permission_named
from accounts.access.duties import note_duties, refuse_clashing_holders
from accounts.access.reasoning import Spot
from accounts.audit.book import record
from accounts.audited import TIER_ANSWER_SET
from accounts.changes.keeping import keep_version
from accounts.changes.kind import Kind, Names, Touched
from accounts.models import Answer, Channel, Role, Rule, Unit, UnitPath, User
from hqdash.base.errors import Unprocessable


@dataclass(frozen=True)
class SetAnswer(Kind):
    """Set one cell of the matrix; without an answer the override of that unit ends.

    What makes no sense alone moves along: whoever may publish may also see posts, and whoever may not see
    posts may not publish.
    """

    kind: ClassVar[str] = "answer.set"
    role: Role
    permission: str
    unit: Unit | None = None
    answer: str | None = None

    @property
    def place(self) -> Unit | Channel | None:
        """The unit; the whole force for a default."""
        return self.unit

    @property
    def about(self) -> str:
        """The cell."""
        return f"answer:{self.role.pk}:{self.permission}:{self.unit.pk if self.unit else 'force'}"

    @property
    def right(self) -> Permission:
        """The right by its name.

        Raises:
            Unprocessable: there is none.
        """
        right = permission_named(self.permission)
        if right is None:
            raise Unprocessable(
                _("There is no right called %(name)s.") % {"name": self.permission}, "permission"
            )
        return right

    def sentence(self) -> str:
        """The cell and what it will say."""
        words = {
            "role": self.role.name,
            "right": self.right.label,
            "place": self.unit or _("the whole force"),
        }
        if self.answer is None:
            return _("%(role)s: “%(right)s” on %(place)s as on the unit above it") % words
        return _("%(role)s: “%(right)s” on %(place)s: %(answer)s") % (
            words | {"answer": Answer(self.answer).label}
        )

    def before(self) -> dict[str, Any]:
        """What the cell said itself."""
        return {"answer": said_here(self.role, self.permission, self.unit)}

    def refuse(self, *, proposer: User, now: datetime) -> None:
        """Refuse rights and answers that do not exist, a default without an answer, and what changes nothing."""
        right = self.right
        if self.answer is not None and self.answer not in Answer.values:
            raise Unprocessable(
                _("Choose one of: %(answers)s.") % {"answers": ", ".join(Answer.values)}, "answer"
            )
        if self.unit is None and self.answer is None:
            raise Unprocessable(
                _("The default of the force needs an answer: allowed, approval or no."), "answer"
            )
        if self.role.retired_at is not None:
            raise Unprocessable(
                _("%(role)s is retired. Choose another tier.") % {"role": self.role.name}, "role"
            )
        if self.answer == said_here(self.role, self.permission, self.unit):
            raise Unprocessable(
                _("%(role)s says that about “%(right)s” already.")
                % {"role": self.role.name, "right": right.label},
                "answer",
            )

    def touched(self) -> Touched:
        """Everybody who holds the tier."""
        places = frozenset({Spot(self.unit.pk)} if self.unit else ())
        return Touched(roles=frozenset({self.role.pk}), places=places)

    def apply(self, *, names: Names, now: datetime) -> None:
        """Set the cell and what has to move with it, each with its own line in the book."""
        role = Role.objects.select_for_update(no_key=True).get(pk=self.role.pk)
        if self.unit is None:
            keep_version(role, now=now)
        self._set(role, self.right, self.answer, names=names, now=now)
        now_says = effective(role, self.permission, self.unit)
        if now_says == Answer.NO:
            for other in self.right.needed_by:
                if effective(role, other.name, self.unit) != Answer.NO:
                    self._set(role, other, Answer.NO, names=names, now=now)
        else:
            for needed in self.right.needs:
                if effective(role, needed.name, self.unit) == Answer.NO:
                    self._set(role, needed, Answer.ALLOWED, names=names, now=now)
        note_duties(role)
        refuse_clashing_holders(role, now=now)
        role.save(update_fields=["permissions", "with_approval", "speaks", "administers"])

    def _set(self, role: Role, right: Permission, answer: str | None, *, names: Names, now: datetime) -> None:
        before = said_here(role, right.name, self.unit)
        if self.unit is None:
            role.permissions = sorted({*role.permissions} - {right.name})
            role.with_approval = sorted({*role.with_approval} - {right.name})
            if answer == Answer.ALLOWED:
                role.permissions = sorted({*role.permissions, right.name})
            elif answer == Answer.APPROVAL:
                role.with_approval = sorted({*role.with_approval, right.name})
        else:
            Rule.objects.filter(role=role, unit=self.unit, permission=right.name, ends_at=None).update(
                ends_at=now
            )
            if answer is not None:
                Rule.objects.create(
                    role=role, unit=self.unit, permission=right.name, answer=answer, starts_at=now
                )
        record(
            names.actor,
            TIER_ANSWER_SET,
            role,
            unit=self.unit,
            reason=names.reason,
            right=str(right.label),
            permission=right.name,
            place=str(self.unit or _("the whole force")),
            before=_label(before),
            after=_label(answer),
            **names.both(),
        )


def said_here(role: Role, permission: str, unit: Unit | None) -> str | None:
    """What the cell itself says: the force's default, or the unit's override if it has one."""
    if unit is None:
        if permission in role.permissions:
            return Answer.ALLOWED.value
        return Answer.APPROVAL.value if permission in role.with_approval else Answer.NO.value
    rule = Rule.objects.filter(role=role, unit=unit, permission=permission, ends_at=None).first()
    return rule.answer if rule is not None else None


def effective(role: Role, permission: str, unit: Unit | None) -> str:
    """What the tier says there: the nearest override, or the force's default."""
    if unit is not None:
        above = dict(UnitPath.objects.filter(descendant=unit).values_list("ancestor_id", "depth"))
        rules = Rule.objects.filter(role=role, permission=permission, unit_id__in=above, ends_at=None)
        nearest = min(rules, key=lambda rule: above[rule.unit_id], default=None)
        if nearest is not None:
            return nearest.answer
    return said_here(role, permission, None) or Answer.NO.value


def _label(answer: str | None) -> str:
    return str(Answer(answer).label) if answer is not None else _("as on the unit above it")
