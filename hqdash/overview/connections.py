"""The connection matrix: which part of the force works on which network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Channel
from hqdash.base.cards import Figure, Need
from hqdash.overview.breakdown import network_name
from hqdash.overview.look import Look


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of units, columns of networks, and how many accounts are healthy."""

    columns: list[dict[str, str]]
    rows: list[dict[str, Any]]
    healthy: int
    total: int


def is_failing(channel: Channel) -> bool:
    """True when the network did not answer the last time it was asked."""
    if channel.last_failure_at is None:
        return False
    return channel.last_ok_at is None or channel.last_failure_at > channel.last_ok_at


def matrix_of(look: Look, channels: Sequence[Channel]) -> Matrix:
    """The accounts of a look, by part of the tree and network."""
    slugs = sorted({channel.network for channel in channels}, key=network_name)
    rows = []
    for part in look.territory.parts(look.unit_id):
        wanted = set(part.unit_ids)
        own = [channel for channel in channels if channel.unit_id in wanted]
        if own:
            label = part.unit.name
            rows.append({"label": label, "cells": [_cell(part.unit.pk, slug, own) for slug in slugs]})
    healthy = sum(1 for channel in channels if _state(channel) == "ok")
    return Matrix(
        [{"slug": slug, "label": network_name(slug)} for slug in slugs], rows, healthy, len(channels)
    )


def needs_of(channels: Sequence[Channel]) -> list[Need]:
    """Accounts that somebody has to sign in to again, or that do not answer."""
    ended = [channel for channel in channels if channel.state == Channel.State.SIGN_IN_NEEDED]
    needs = []
    if len(ended) == 1:
        needs.append(
            Need(
                _("%(account)s on %(network)s: sign-in needed")
                % {"account": ended[0].at_handle, "network": network_name(ended[0].network)},
                reverse("accounts:channel", args=[ended[0].pk]),
                80,
            )
        )
    elif ended:
        needs.append(
            Need(
                _("%(n)d accounts need a new sign-in") % {"n": len(ended)},
                reverse("accounts:channels") + "?state=sign_in_needed",
                80,
            )
        )
    silent = [
        channel for channel in channels if channel.state == Channel.State.CONNECTED and is_failing(channel)
    ]
    if silent:
        needs.append(
            Need(
                ngettext("%(n)d account does not answer", "%(n)d accounts do not answer", len(silent))
                % {"n": len(silent)},
                reverse("accounts:channels"),
                40,
            )
        )
    return needs


def figure_of(matrix: Matrix, channels: Sequence[Channel]) -> Figure:
    """How many accounts work."""
    ended = sum(1 for channel in channels if channel.state == Channel.State.SIGN_IN_NEEDED)
    return Figure(
        label=_("Accounts connected"),
        value=f"{matrix.healthy:,}",
        unit=_(" of %(total)s") % {"total": f"{matrix.total:,}"},
        url=reverse("accounts:channels"),
        note=_("all healthy")
        if matrix.healthy == matrix.total
        else (
            ngettext("%(n)d needs a sign-in", "%(n)d need a sign-in", ended) % {"n": ended}
            if ended
            else _("%(n)d not answering") % {"n": matrix.total - matrix.healthy}
        ),
        tone="bad" if ended else "",
    )


_WORST_FIRST = ("bad", "warn", "none", "ok")


def _state(channel: Channel) -> str:
    match channel.state:
        case Channel.State.SIGN_IN_NEEDED:
            return "bad"
        case Channel.State.SUSPENDED:
            return "none"
        case _:
            return "warn" if is_failing(channel) else "ok"


def _cell(unit_id: object, slug: str, own: Sequence[Channel]) -> dict[str, Any]:
    here = [channel for channel in own if channel.network == slug]
    if not here:
        return {"state": "none", "label": _("No account")}
    states = [_state(channel) for channel in here]
    worst = next(state for state in _WORST_FIRST if state in states)
    words = {
        "ok": _("healthy"),
        "warn": _("not answering"),
        "bad": _("sign-in needed"),
        "none": _("suspended"),
    }
    concerned = states.count(worst)
    label = (
        f"{len(here)} {words[worst]}"
        if concerned == len(here)
        else _("%(some)d of %(all)d %(state)s") % {"some": concerned, "all": len(here), "state": words[worst]}
    )
    return {
        "state": worst,
        "label": label,
        "title": label,
        "url": f"{reverse('accounts:channels')}?{urlencode({'unit': str(unit_id), 'network': slug})}"
        if worst != "ok"
        else "",
    }
